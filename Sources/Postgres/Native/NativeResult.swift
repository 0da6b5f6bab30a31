import CLibPQ

/// What a statement brought, copied out of libpq.
struct StatementResult: Sendable {
    var rows: [PostgresRow]
    var affectedRows: Int
    /// What was done, for example `COMMIT`.
    var commandTag: String
}

/// The owner of one libpq result.
struct NativeResult: ~Copyable {
    private let handle: OpaquePointer

    /// Takes ownership.
    init(owning handle: OpaquePointer) {
        self.handle = handle
    }

    deinit { PQclear(handle) }

    var status: ExecStatusType { PQresultStatus(handle) }

    func copy() -> StatementResult {
        StatementResult(
            rows: rows(), affectedRows: Int(String(cString: PQcmdTuples(handle))) ?? 0,
            commandTag: String(cString: PQcmdStatus(handle)))
    }

    private func rows() -> [PostgresRow] {
        let columnCount = PQnfields(handle)
        let names = (0..<columnCount).map { index in PQfname(handle, index).map { String(cString: $0) } ?? "" }
        let columns = RowColumns(names: names)
        return (0..<PQntuples(handle)).map { row in
            PostgresRow(columns: columns, values: (0..<columnCount).map { text(row: row, column: $0) })
        }
    }

    private func text(row: Int32, column: Int32) -> String? {
        guard PQgetisnull(handle, row, column) == 0, let value = PQgetvalue(handle, row, column) else { return nil }
        let length = Int(PQgetlength(handle, row, column))
        return String(
            decoding: UnsafeRawBufferPointer(start: value, count: length), as: UTF8.self)
    }

    /// The server's error; `PostgresError.Code.server`, or `connectionLost` when libpq itself reports.
    func error() -> PostgresError {
        let sqlState = field("C")
        return PostgresError(
            sqlState == nil ? .connectionLost : .server, message: message(), sqlState: sqlState,
            constraint: field("n"))
    }

    private func message() -> String {
        guard let primary = field("M") else {
            return String(cString: PQresultErrorMessage(handle)).trimmed()
        }
        let details = [("detail", field("D")), ("hint", field("H")), ("where", field("W"))]
        return details.reduce(primary) { text, part in part.1.map { "\(text); \(part.0): \($0)" } ?? text }
    }

    /// A field of the error by its one-letter protocol name (PostgreSQL manual §55.8).
    private func field(_ name: Unicode.Scalar) -> String? {
        PQresultErrorField(handle, Int32(name.value)).map { String(cString: $0) }
    }
}

extension String {
    /// Without the line breaks that libpq ends its messages with.
    func trimmed() -> String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
