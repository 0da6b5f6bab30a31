package import Contracts
package import Postgres

/// Which messages a consumer has handled, so that a redelivery changes nothing.
package struct PostgresInbox: Sendable {
    private let schema: SQLStatement
    private let table: SQLStatement

    /// - Parameter schema: the schema that `PostgresOutbox.migration` was applied to, and `retentionMigration` for `prune`.
    package init(schema: String) {
        self.schema = "\(identifier: schema)"
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

    /// Forgets, of messages whose ids tell no time, those that were handled longest ago, `limit` at most of each kind, on
    /// the way past rows that another call is just forgetting. All others leave with their day's partition.
    ///
    /// - Parameters:
    ///   - age: how long ago they were handled at least; it must exceed the longest possible redelivery.
    ///   - limit: from 1; keeps the statements and their locks short.
    ///   - connection: outside a transaction, so that each statement is one.
    /// - Returns: how many; fewer than `limit` when none is left.
    /// - Throws: `PostgresError`.
    package func prune(olderThan age: Duration, limit: Int, on connection: PostgresConnection) async throws -> Int {
        var count = 0
        for name in ["inbox_foreign", "inbox_default"] {
            let table: SQLStatement = "\(fragment: schema).\(identifier: name)"
            count += try await connection.execute(
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
        return count
    }
}
