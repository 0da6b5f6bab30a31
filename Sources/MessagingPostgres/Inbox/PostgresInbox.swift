package import Contracts
package import Postgres

/// Which messages a consumer has handled, so that a redelivery changes nothing.
package struct PostgresInbox: Sendable {
    private let table: SQLStatement

    /// - Parameter schema: the schema that `PostgresOutbox.migration` was applied to.
    package init(schema: String) {
        table = "\(identifier: schema).inbox"
    }

    /// Records a message as handled, to be called inside the transaction that holds the message's effect.
    ///
    /// Another transaction that is handling the same message is waited for.
    ///
    /// - Returns: false when the message was handled before, in which case nothing must be done.
    package func record(
        _ id: MessageID, consumer: String, on connection: PostgresConnection
    ) async throws -> Bool {
        let count = try await connection.execute(
            """
            INSERT INTO \(fragment: table) (consumer, message_id) VALUES (\(consumer), \(id.rawValue))
            ON CONFLICT DO NOTHING
            """)
        return count == 1
    }

    /// Whether a message was handled.
    package func contains(
        _ id: MessageID, consumer: String, on connection: PostgresConnection
    ) async throws -> Bool {
        let rows = try await connection.query(
            "SELECT 1 FROM \(fragment: table) WHERE consumer = \(consumer) AND message_id = \(id.rawValue)")
        return !rows.isEmpty
    }

    /// Forgets the messages that were handled longest ago, `limit` at most, on the way past rows that another call is
    /// just forgetting.
    ///
    /// - Parameters:
    ///   - age: how long ago they were handled at least; it must exceed the longest possible redelivery.
    ///   - limit: from 1; keeps the statement and its locks short.
    ///   - connection: outside a transaction, so that each call is one.
    /// - Returns: how many; fewer than `limit` when none is left.
    /// - Throws: `PostgresError`.
    package func prune(olderThan age: Duration, limit: Int, on connection: PostgresConnection) async throws -> Int {
        try await connection.execute(
            """
            DELETE FROM \(fragment: table)
            WHERE (consumer, message_id) IN (
                SELECT consumer, message_id FROM \(fragment: table)
                WHERE processed_at < now() - \(age)::interval
                ORDER BY processed_at
                LIMIT \(limit)
                FOR UPDATE SKIP LOCKED)
            """)
    }
}
