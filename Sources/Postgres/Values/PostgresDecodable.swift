package import Foundation

/// A value that can be read from a result.
///
/// A `RawRepresentable` type whose raw value can be read conforms by an empty extension.
package protocol PostgresDecodable: Sendable {
    /// - Throws: `decoding`, naming the column, when the cell is NULL or malformed.
    static func decode(_ cell: PostgresCell) throws(PostgresError) -> Self
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Self {
        guard let value = Self(rawValue: try RawValue.decode(cell)) else { throw cell.malformed(Self.self) }
        return value
    }
}

extension String: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> String {
        try cell.required(String.self)
    }
}

extension Int: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Int {
        try cell.parsed { Int($0) }
    }
}

extension Int64: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Int64 {
        try cell.parsed { Int64($0) }
    }
}

extension Int32: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Int32 {
        try cell.parsed { Int32($0) }
    }
}

extension Double: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Double {
        try cell.parsed { Double($0) }
    }
}

extension Bool: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Bool {
        try cell.parsed { text in
            switch text {
            case "t", "true": true
            case "f", "false": false
            default: nil
            }
        }
    }
}

extension UUID: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> UUID {
        try cell.parsed { UUID(uuidString: $0) }
    }
}

extension Data: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Data {
        try cell.parsed { ByteaText.bytes(of: $0) }
    }
}

extension Date: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Date {
        try cell.parsed { TimestampText.date(of: $0) }
    }
}

extension Duration: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Duration {
        try cell.parsed { IntervalText.duration(of: $0) }
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Wrapped? {
        guard cell.text != nil else { return nil }
        return try Wrapped.decode(cell)
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> [Element] {
        guard let elements = ArrayLiteral.elements(of: try cell.required(Self.self)) else {
            throw cell.malformed(Self.self)
        }
        var values: [Element] = []
        values.reserveCapacity(elements.count)
        for element in elements {
            values.append(try Element.decode(PostgresCell(column: cell.column, text: element)))
        }
        return values
    }
}
