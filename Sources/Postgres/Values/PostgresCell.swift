/// One column of one row, in PostgreSQL's text form.
package struct PostgresCell: Sendable, Hashable {
    package let column: String
    /// Nil is NULL.
    package let text: String?

    package init(column: String, text: String?) {
        self.column = column
        self.text = text
    }

    /// The text of a cell that must not be NULL.
    ///
    /// - Parameter type: what the caller wants to read; for the error.
    /// - Returns: the text.
    /// - Throws: `decoding` when it is NULL.
    package func required<Value>(_ type: Value.Type) throws(PostgresError) -> String {
        guard let text else {
            throw PostgresError(.decoding, message: "column '\(column)' is NULL, but \(type) is wanted")
        }
        return text
    }

    /// Reads a cell that must not be NULL; `parse` returns nil for malformed text.
    package func parsed<Value>(_ parse: (String) -> Value?) throws(PostgresError) -> Value {
        guard let value = parse(try required(Value.self)) else { throw malformed(Value.self) }
        return value
    }

    /// The error for a cell that cannot be read as `type`.
    package func malformed<Value>(_ type: Value.Type) -> PostgresError {
        let content = text.map { "'\($0.prefix(80))'" } ?? "NULL"
        return PostgresError(.decoding, message: "column '\(column)' holds \(content), which is no \(type)")
    }
}
