import Foundation

/// A `jsonb` column whose content is a Swift value. Dates are RFC 3339 with milliseconds.
package struct JSONB<Value: Sendable>: Sendable {
    package var value: Value

    package init(value: Value) {
        self.value = value
    }
}

extension JSONB: Equatable where Value: Equatable {}

extension JSONB: PostgresEncodable where Value: Encodable {
    package var postgresValue: PostgresValue? {
        do {
            let text = String(decoding: try Self.encoder().encode(value), as: UTF8.self)
            guard !Self.holdsEscapedNUL(text) else {
                return .unencodable(reason: "JSON with a NUL character cannot be stored as jsonb")
            }
            return .text(text)
        } catch {
            return .unencodable(reason: "cannot be written as JSON: \(error)")
        }
    }

    private static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            // The style cuts off what is beyond the milliseconds; the nearest is meant, so that a value read and written
            // again stays the same. A tenth more keeps a rounding error from taking one.
            let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
            let date = Date(timeIntervalSince1970: (milliseconds + 0.1) / 1000)
            try container.encode(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        }
        return encoder
    }

    /// Whether the JSON holds the escape `\u0000`, as opposed to an escaped backslash followed by `u0000`.
    private static func holdsEscapedNUL(_ text: String) -> Bool {
        guard text.contains("\\u0000") else { return false }
        var rest = text.utf8[...]
        while let backslash = rest.firstIndex(of: UInt8(ascii: "\\")) {
            let escape = rest[backslash...].dropFirst()
            if escape.starts(with: "u0000".utf8) { return true }
            rest = escape.dropFirst()
        }
        return false
    }
}

extension JSONB: PostgresDecodable where Value: Decodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> JSONB<Value> {
        let text = try cell.required(Value.self)
        do {
            return JSONB(value: try decoder().decode(Value.self, from: Data(text.utf8)))
        } catch {
            throw PostgresError(
                .decoding, message: "column '\(cell.column)' holds JSON that is no \(Value.self): \(error)")
        }
    }

    private static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
            guard let date = (try? Date(text, strategy: style)) ?? (try? Date(text, strategy: .iso8601)) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "'\(text)' is not an RFC 3339 date")
            }
            return date
        }
        return decoder
    }
}
