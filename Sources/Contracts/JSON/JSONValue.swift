package import Foundation

/// Any JSON value.
package indirect enum JSONValue: Sendable, Hashable, Codable {
    case object([String: JSONValue])
    case array([JSONValue])
    case string(String)
    /// An exact decimal: large integers do not turn into approximations.
    case number(Decimal)
    case boolean(Bool)
    case null

    /// Reads JSON text of any kind, a bare string or number included.
    ///
    /// - Throws: `DecodingError` when it is no JSON.
    package init(parsing text: String) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    package init(from decoder: any Decoder) throws {
        if let object = try? [String: JSONValue](from: decoder) {
            self = .object(object)
        } else if let array = try? [JSONValue](from: decoder) {
            self = .array(array)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let text = try? container.decode(String.self) {
                self = Self.scalar(text, in: container)
            } else if let value = try? container.decode(Bool.self) {
                self = .boolean(value)
            } else {
                self = .number(try container.decode(Decimal.self))
            }
        }
    }

    /// What can be read as text: in JSON a string; in YAML, whose decoder reads every scalar as text, a number or a
    /// boolean too, when it is spelled as JSON would and not in quotes.
    private static func scalar(_ text: String, in container: any SingleValueDecodingContainer) -> JSONValue {
        if text == "true" || text == "false" {
            return (try? container.decode(Bool.self)).map(JSONValue.boolean) ?? .string(text)
        }
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || (48...57).contains(first),
            text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil,
            (try? container.decode(Double.self)) != nil,
            let number = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX"))
        else { return .string(text) }
        return .number(number)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .object(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .null: try container.encodeNil()
        }
    }

    /// The value's lines, indented by two spaces a level.
    package func lines(indentation: Int = 0) -> [String] {
        let inner = String(repeating: " ", count: indentation + 2)
        let outer = String(repeating: " ", count: indentation)
        switch self {
        case .object(let fields) where !fields.isEmpty:
            let parts = fields.sorted { $0.key < $1.key }.map { name, value in
                value.lines(indentation: indentation + 2).prefixed("\(inner)\(Self.quoted(name)): ")
            }
            return ["{"] + Self.separated(parts) + ["\(outer)}"]
        case .array(let values) where !values.isEmpty:
            let parts = values.map { $0.lines(indentation: indentation + 2).prefixed(inner) }
            return ["["] + Self.separated(parts) + ["\(outer)]"]
        case .object: return ["{}"]
        case .array: return ["[]"]
        case .string(let text): return [Self.quoted(text)]
        case .number(let number): return ["\(number)"]
        case .boolean(let value): return ["\(value)"]
        case .null: return ["null"]
        }
    }

    /// A comma behind the last line of each part but the last.
    private static func separated(_ parts: [[String]]) -> [String] {
        parts.enumerated().flatMap { index, lines in
            index == parts.count - 1 ? lines : lines.dropLast() + lines.suffix(1).map { $0 + "," }
        }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case let control where control.value < 0x20:
                let digits = String(control.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return "\"\(escaped)\""
    }
}

extension [String] {
    /// The lines with a text before the first one.
    fileprivate func prefixed(_ prefix: String) -> [String] {
        guard let first else { return [] }
        return [prefix + first] + dropFirst()
    }
}
