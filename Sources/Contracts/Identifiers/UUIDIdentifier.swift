package import Foundation

/// An identifier that is a UUID of its own type, so that a job's id cannot be passed where a certification's is meant.
package protocol UUIDIdentifier: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible, Comparable
where RawValue == UUID {
    init(rawValue: UUID)
}

extension UUIDIdentifier {
    /// A new identifier, a UUID version 7: ids made later sort later, to the millisecond (RFC 9562 §5.7).
    package init() {
        self.init(rawValue: UUID.version7(at: Date()))
    }

    /// Reads the canonical form `01234567-89ab-7cde-8f01-23456789abcd`, in either case; nil when it is anything else.
    package init?(_ text: some StringProtocol) {
        guard let uuid = UUID(uuidString: String(text)) else { return nil }
        self.init(rawValue: uuid)
    }

    package var description: String { rawValue.uuidString.lowercased() }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let uuid = UUID(uuidString: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a UUID")
        }
        self.init(rawValue: uuid)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package static func < (left: Self, right: Self) -> Bool {
        withUnsafeBytes(of: left.rawValue.uuid) { leftBytes in
            withUnsafeBytes(of: right.rawValue.uuid) { rightBytes in
                leftBytes.lexicographicallyPrecedes(rightBytes)
            }
        }
    }
}

extension UUID {
    /// A UUID version 7 whose first 48 bits are `date` in milliseconds since 1970 (RFC 9562 §5.7).
    package static func version7(at date: Date) -> UUID {
        let milliseconds = UInt64(max(0, date.timeIntervalSince1970 * 1000))
        var random = SystemRandomNumberGenerator()
        let first = random.next()
        let second = random.next()
        return UUID(
            uuid: (
                UInt8(truncatingIfNeeded: milliseconds >> 40), UInt8(truncatingIfNeeded: milliseconds >> 32),
                UInt8(truncatingIfNeeded: milliseconds >> 24), UInt8(truncatingIfNeeded: milliseconds >> 16),
                UInt8(truncatingIfNeeded: milliseconds >> 8), UInt8(truncatingIfNeeded: milliseconds),
                0x70 | (UInt8(truncatingIfNeeded: first) & 0x0f), UInt8(truncatingIfNeeded: first >> 8),
                0x80 | (UInt8(truncatingIfNeeded: first >> 16) & 0x3f), UInt8(truncatingIfNeeded: second),
                UInt8(truncatingIfNeeded: second >> 8), UInt8(truncatingIfNeeded: second >> 16),
                UInt8(truncatingIfNeeded: second >> 24), UInt8(truncatingIfNeeded: second >> 32),
                UInt8(truncatingIfNeeded: second >> 40), UInt8(truncatingIfNeeded: second >> 48)
            ))
    }
}
