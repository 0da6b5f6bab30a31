package import Foundation

/// A value as it is sent: as text whose type the server infers, or as bytes.
package enum PostgresValue: Sendable, Hashable {
    /// PostgreSQL's text form of a value of any type.
    case text(String)
    /// A `bytea`.
    case bytes(Data)
    /// An array; nil elements are NULL.
    case array([PostgresValue?])
    /// A value that has no form in PostgreSQL; sending it throws `PostgresError.Code.encoding` with this reason.
    case unencodable(reason: String)
}

extension PostgresValue {
    /// What goes over the wire.
    enum Wire: Equatable {
        case text(String)
        case bytes(Data)
    }

    /// - Throws: `encoding` for a value without a form, and for text with a NUL, which PostgreSQL cannot store.
    func wire() throws(PostgresError) -> Wire {
        switch self {
        case .text(let text): return .text(try Self.withoutNUL(text))
        case .bytes(let bytes): return .bytes(bytes)
        case .array(let elements): return .text(try Self.withoutNUL(try ArrayLiteral.text(of: elements)))
        case .unencodable(let reason): throw PostgresError(.encoding, message: reason)
        }
    }

    private static func withoutNUL(_ text: String) throws(PostgresError) -> String {
        guard !text.utf8.contains(0) else {
            throw PostgresError(.encoding, message: "text contains a NUL character, which PostgreSQL cannot store")
        }
        return text
    }
}
