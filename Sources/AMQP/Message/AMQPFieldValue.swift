package import Foundation

/// The headers of a message or the arguments of a declaration.
package typealias AMQPTable = [String: AMQPFieldValue]

/// One typed value of a table (AMQP 0-9-1 §4.2.1, with RabbitMQ's errata).
package indirect enum AMQPFieldValue: Sendable, Hashable {
    case boolean(Bool)
    /// Every integer width of the protocol; written with 64 bits.
    case integer(Int64)
    case double(Double)
    case decimal(scale: UInt8, value: UInt32)
    case string(String)
    /// Bytes that are not text.
    case bytes(Data)
    /// Whole seconds.
    case timestamp(Date)
    case table(AMQPTable)
    case array([AMQPFieldValue])
    case null

    /// The value as text, for showing and logging: tables and arrays in a compact form.
    package var text: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .decimal(let scale, let value): "\(value)e-\(scale)"
        case .string(let value): value
        case .bytes(let value): value.base64EncodedString()
        case .timestamp(let value): value.formatted(.iso8601)
        case .table(let value):
            "{" + value.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }.joined(separator: ",") + "}"
        case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
        case .null: ""
        }
    }

    /// The integer, also when it travelled as decimal digits; nil for anything else.
    package var integer: Int? {
        switch self {
        case .integer(let value): Int(exactly: value)
        case .string(let text): Int(text)
        default: nil
        }
    }
}

extension AMQPFieldValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension AMQPFieldValue {
    /// At most this many bytes on the wire; exact but for a few bytes of framing.
    var encodedSize: Int {
        switch self {
        case .boolean, .null: 2
        case .decimal: 6
        case .integer, .double, .timestamp: 9
        case .string(let text): 5 + text.utf8.count
        case .bytes(let data): 5 + data.count
        case .table(let table): 5 + table.encodedSize
        case .array(let values): 5 + values.reduce(0) { $0 + $1.encodedSize }
        }
    }
}

extension AMQPTable {
    var encodedSize: Int { reduce(4) { $0 + 1 + $1.key.utf8.count + $1.value.encodedSize } }

    /// The first key, at any depth, that does not fit a short string.
    var overlongKey: String? {
        for (key, value) in self {
            if key.utf8.count > ShortString.limit { return key }
            if let found = value.overlongKey { return found }
        }
        return nil
    }
}

extension AMQPFieldValue {
    fileprivate var overlongKey: String? {
        switch self {
        case .table(let table): table.overlongKey
        case .array(let values): values.lazy.compactMap(\.overlongKey).first
        default: nil
        }
    }
}
