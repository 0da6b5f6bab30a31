import Postgres

/// Something that somebody did by hand, as the table of operator actions keeps it.
struct OperatorAction: Sendable {
    /// The subject of the caller's token.
    var who: String
    /// A fixed short name, for example `waiting.postpone`.
    var action: String
    /// What it was done to: an id, or a filter.
    var subject: String
    var detail: [String: [String]]

    /// Writes it in the transaction that does it, so that neither happens without the other.
    func record(on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            INSERT INTO operator_actions (who, action, subject, detail)
            VALUES (\(who), \(action), \(subject), \(JSONB(value: detail)))
            """)
    }
}
