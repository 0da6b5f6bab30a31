/// One row of a result.
package struct PostgresRow: Sendable {
    private let columns: RowColumns
    private let values: [String?]

    init(columns: RowColumns, values: [String?]) {
        self.columns = columns
        self.values = values
    }

    /// The names of the columns, in the result's order.
    package var columnNames: [String] { columns.names }

    /// Reads a column.
    ///
    /// - Throws: `decoding` when there is no such column, it is NULL (unless `T` is optional), or its content is no
    ///   `T`.
    package func decode<T: PostgresDecodable>(_ type: T.Type, _ column: String) throws(PostgresError) -> T {
        try T.decode(try cell(column))
    }

    /// Reads a column as the type that the context wants.
    package func decode<T: PostgresDecodable>(_ column: String) throws(PostgresError) -> T {
        try T.decode(try cell(column))
    }

    /// Reads a column that may be NULL.
    package func decodeIfPresent<T: PostgresDecodable>(_ type: T.Type, _ column: String) throws(PostgresError) -> T? {
        try T?.decode(try cell(column))
    }

    /// Reads a column that may be NULL as the type that the context wants.
    package func decodeIfPresent<T: PostgresDecodable>(_ column: String) throws(PostgresError) -> T? {
        try T?.decode(try cell(column))
    }

    /// A column's text.
    ///
    /// - Throws: `decoding` when the result has no such column.
    package func cell(_ column: String) throws(PostgresError) -> PostgresCell {
        guard let index = columns.index(of: column) else {
            throw PostgresError(
                .decoding, message: "there is no column '\(column)', only \(columns.names.joined(separator: ", "))")
        }
        return PostgresCell(column: column, text: values[index])
    }
}

/// The column names of a result, shared by its rows.
final class RowColumns: Sendable {
    let names: [String]
    private let indices: [String: Int]

    /// Of two columns with one name the first is found.
    init(names: [String]) {
        self.names = names
        indices = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
    }

    func index(of name: String) -> Int? { indices[name] }
}
