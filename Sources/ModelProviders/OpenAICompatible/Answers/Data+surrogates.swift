import Foundation

extension Data {
    /// The JSON with U+FFFD in the place of each half of a surrogate pair that stands alone.
    ///
    /// Servers in Python write such halves when a limit of tokens cuts an emoji in two. It is JSON (RFC 8259 §8.2), and
    /// Foundation's decoder refuses all of it.
    var replacingLoneSurrogates: Data {
        let backslash = UInt8(ascii: "\\")
        var bytes = [UInt8](self)
        var index = 0
        while index + 1 < bytes.count {
            guard bytes[index] == backslash else {
                index += 1
                continue
            }
            guard let unit = Self.escapedUnit(bytes, at: index) else {
                // Another escape, of a backslash for example.
                index += 2
                continue
            }
            let isHigh = (0xD800...0xDBFF).contains(unit)
            if isHigh, let next = Self.escapedUnit(bytes, at: index + 6), (0xDC00...0xDFFF).contains(next) {
                index += 12
                continue
            }
            if isHigh || (0xDC00...0xDFFF).contains(unit) {
                bytes.replaceSubrange(index + 2..<index + 6, with: "FFFD".utf8)
            }
            index += 6
        }
        return Data(bytes)
    }

    /// The code unit that `\uXXXX` stands for; nil where there is no such escape.
    private static func escapedUnit(_ bytes: [UInt8], at index: Int) -> UInt16? {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        return UInt16(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16)
    }
}
