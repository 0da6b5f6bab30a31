package import Foundation

/// A value that can be sent in a statement.
///
/// A `RawRepresentable` type whose raw value can be sent conforms by an empty extension.
package protocol PostgresEncodable: Sendable {
    /// Nil is NULL.
    var postgresValue: PostgresValue? { get }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    package var postgresValue: PostgresValue? { rawValue.postgresValue }
}

extension String: PostgresEncodable {
    package var postgresValue: PostgresValue? { .text(self) }
}

extension Int: PostgresEncodable {
    package var postgresValue: PostgresValue? { .text(String(self)) }
}

extension Int64: PostgresEncodable {
    package var postgresValue: PostgresValue? { .text(String(self)) }
}

extension Int32: PostgresEncodable {
    package var postgresValue: PostgresValue? { .text(String(self)) }
}

extension Double: PostgresEncodable {
    package var postgresValue: PostgresValue? {
        guard isFinite else { return .text(isNaN ? "NaN" : self > 0 ? "Infinity" : "-Infinity") }
        return .text(description)
    }
}

extension Bool: PostgresEncodable {
    package var postgresValue: PostgresValue? { .text(self ? "true" : "false") }
}

extension UUID: PostgresEncodable {
    package var postgresValue: PostgresValue? { .text(uuidString.lowercased()) }
}

extension Data: PostgresEncodable {
    package var postgresValue: PostgresValue? { .bytes(self) }
}

/// A `timestamptz`, to the microsecond.
extension Date: PostgresEncodable {
    package var postgresValue: PostgresValue? {
        guard let text = TimestampText.text(of: self) else {
            return .unencodable(reason: "the date is outside what timestamptz can hold")
        }
        return .text(text)
    }
}

/// An `interval`, cut to the microsecond.
extension Duration: PostgresEncodable {
    package var postgresValue: PostgresValue? { .text(IntervalText.text(of: self)) }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package var postgresValue: PostgresValue? { flatMap(\.postgresValue) }
}

extension Array: PostgresEncodable where Element: PostgresEncodable {
    package var postgresValue: PostgresValue? { .array(map(\.postgresValue)) }
}
