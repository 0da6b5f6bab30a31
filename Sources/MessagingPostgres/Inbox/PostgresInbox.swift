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
        try await connection.execute(recording(id, consumer: consumer)) == 1
    }

    /// The statement of `record`, for one that has more to do: `condition` says whether to do this part of it.
    package func recording(_ id: MessageID, consumer: String, if condition: SQLStatement = "true") -> SQLStatement {
        """
        INSERT INTO \(fragment: table) (consumer, message_id)
        SELECT \(consumer)::text, \(id.rawValue)::uuid WHERE \(fragment: condition) ON CONFLICT DO NOTHING
        """
    }

    /// Whether a message was handled.
    package func contains(
        _ id: MessageID, consumer: String, on connection: PostgresConnection
    ) async throws -> Bool {
        try await !connection.query(selection(of: id, consumer: consumer)).isEmpty
    }

    /// The statement of `contains`, for a pipeline: it brings a row when the message was handled.
    package func selection(of id: MessageID, consumer: String) -> SQLStatement {
        "SELECT 1 FROM \(fragment: table) WHERE consumer = \(consumer) AND message_id = \(id.rawValue)"
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
