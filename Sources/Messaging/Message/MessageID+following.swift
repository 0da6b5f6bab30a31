package import Contracts
import Foundation

extension MessageID {
    /// The id that follows this one: always the same for the same id, different for different ones. It keeps the leading
    /// timestamp; a UUID version 8 (RFC 9562 §5.8).
    package var following: MessageID {
        let (high, low) = words
        let head = Self.mixed(low &+ Self.mixed(high))
        let tail = Self.mixed(head)
        return MessageID(
            high: high & 0xffff_ffff_ffff_0000 | 0x8000 | head & 0x0fff,
            low: 0x8000_0000_0000_0000 | tail & 0x3fff_ffff_ffff_ffff)
    }

    private var words: (high: UInt64, low: UInt64) {
        withUnsafeBytes(of: rawValue.uuid) { bytes in
            let all = bytes.map(UInt64.init)
            return (all.prefix(8).reduce(0) { $0 << 8 | $1 }, all.suffix(8).reduce(0) { $0 << 8 | $1 })
        }
    }

    private init(high: UInt64, low: UInt64) {
        var uuid = UUID().uuid
        withUnsafeMutableBytes(of: &uuid) { bytes in
            bytes.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        self.init(rawValue: UUID(uuid: uuid))
    }

    /// The finisher of SplitMix64 (Steele, Lea and Flood, 2014): each input bit changes half of the output bits.
    private static func mixed(_ word: UInt64) -> UInt64 {
        var result = word &+ 0x9e37_79b9_7f4a_7c15
        result = (result ^ (result >> 30)) &* 0xbf58_476d_1ce4_e5b9
        result = (result ^ (result >> 27)) &* 0x94d0_49bb_1331_11eb
        return result ^ (result >> 31)
    }
}
