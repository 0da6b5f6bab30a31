package import Contracts
package import Foundation
package import Logging
package import Messaging
package import Postgres
import Synchronization

/// The outbox as a table: messages are inserted in the transaction whose effect they announce and stay until the
/// broker has confirmed them.
package struct PostgresOutbox: Sendable {
    /// The tables `outbox` and `inbox`, for every schema that holds either.
    package static let migration = Migration(
        name: "0000_messaging", file: PackageResources._000_messaging_sql)

    /// What the same schemas need beside, to be applied after their own tables.
    package static let retentionMigration = Migration(
        name: "0006_message_retention", file: PackageResources._006_message_retention_sql)

    /// How long rows inserted with `claimedBy` are left to that relay before any may claim them.
    package static let handOverDuration = Duration.seconds(10)

    /// The most rows that `lag` counts unless told otherwise, so that asking stays cheap however far the relay is behind.
    package static let lagLimit = 100_000

    /// Shared by all copies of this value.
    private final class Floor: Sendable {
        let state = Mutex(OutboxFloor())
    }

    private let client: PostgresClient
    private let table: SQLStatement
    private let channel: String
    private let lagLimit: Int
    private let floor = Floor()
    private let logger: Logger

    /// - Parameters:
    ///   - client: for everything that happens outside a caller's transaction.
    ///   - schema: the schema that `migration` was applied to.
    ///   - lagLimit: the most rows that `lag` counts, from 1.
    ///   - logger: told of rows that cannot be read.
    package init(client: PostgresClient, schema: String, lagLimit: Int = Self.lagLimit, logger: Logger) {
        self.client = client
        self.lagLimit = lagLimit
        self.logger = logger
        table = "\(identifier: schema).outbox"
        channel = "\(schema)_outbox"
    }

    /// Inserts messages with one statement, to be called inside the caller's transaction. One whose id is stored already
    /// is left as it is.
    ///
    /// - Parameters:
    ///   - messages: any number; none is no trouble.
    ///   - notBefore: when they are due; nil for now, in the order given.
    ///   - relay: the relay in this process that they will be handed to after COMMIT; nil leaves them to whichever
    ///     polls first.
    ///   - connection: the one that the transaction runs on.
    /// - Throws: `PostgresError`.
    package func insert(
        _ messages: [OutgoingMessage], notBefore: Date? = nil, claimedBy relay: UUID? = nil,
        on connection: PostgresConnection
    ) async throws {
        guard !messages.isEmpty else { return }
        if let notBefore { floor.state.withLock { $0.wrote(due: notBefore) } }
        try await connection.execute(insertion(of: messages, due: "coalesce(\(notBefore), now())", claimedBy: relay))
    }

    /// Tells every relay that rows are due, when the surrounding transaction commits. For writers that have no relay
    /// of their own.
    package func announce(on connection: PostgresConnection) async throws {
        try await connection.execute(announcement)
    }

    private var announcement: SQLStatement { "SELECT pg_notify(\(channel), '')" }

    /// `due` is when the first message is due, as SQL. Each further one is due a microsecond later, so that relays keep
    /// the messages' order.
    private func insertion(
        of messages: [OutgoingMessage], due: SQLStatement, claimedBy relay: UUID?
    ) -> SQLStatement {
        """
        INSERT INTO \(fragment: table) (
            id, exchange, routing_key, mandatory, type, schema_version, correlation_id, body, attempt, traceparent,
            tracestate, extra_headers, created_at, not_before, claimed_by, claimed_until)
        SELECT id, exchange, routing_key, mandatory, type, schema_version, correlation_id, body, attempt, traceparent,
            tracestate, extra_headers, created_at,
            \(fragment: due) + (position - 1) * interval '1 microsecond',
            relay, CASE WHEN relay IS NOT NULL THEN clock_timestamp() + \(Self.handOverDuration)::interval END
        FROM (SELECT \(relay)::uuid AS relay) AS claim, unnest(
            \(messages.map(\.id.rawValue))::uuid[], \(messages.map(\.exchange.rawValue))::text[],
            \(messages.map(\.routingKey.rawValue))::text[], \(messages.map(\.mandatory))::boolean[],
            \(messages.map(\.type.name))::text[], \(messages.map(\.type.schemaVersion))::int[],
            \(messages.map { $0.correlationID?.rawValue })::uuid[], \(messages.map(\.body))::bytea[],
            \(messages.map(\.attempt))::int[], \(messages.map { $0.trace?.traceparent })::text[],
            \(messages.map { $0.trace?.traceState })::text[],
            \(messages.map { JSONB(value: $0.extraHeaders) })::jsonb[], \(messages.map(\.createdAt))::timestamptz[]
        ) WITH ORDINALITY AS message (
            id, exchange, routing_key, mandatory, type, schema_version, correlation_id, body, attempt, traceparent,
            tracestate, extra_headers, created_at, position)
        ON CONFLICT (id) DO NOTHING
        """
    }
}

extension PostgresOutbox: RetryScheduler {
    package func schedule(_ message: OutgoingMessage, after delay: Duration) async throws {
        let insertion = insertion(of: [message], due: "now() + \(delay)::interval", claimedBy: nil)
        try await client.withConnection { connection in
            // One round trip, and one transaction.
            _ = try await connection.pipeline([insertion, announcement])
        }
    }
}

extension PostgresOutbox: OutboxStore {
    package func claim(limit: Int, for relay: UUID, claimDuration: Duration) async throws -> [OutgoingMessage] {
        // ARRAY(…), not IN (…): the rows are then fetched by the primary key, whatever the planner believes of the
        // table's size.
        let start = floor.state.withLock { $0.date }
        let rows = try await client.query(
            """
            WITH claimed AS (
                UPDATE \(fragment: table)
                SET claimed_by = \(relay), claimed_until = clock_timestamp() + \(claimDuration)::interval
                WHERE id = ANY (ARRAY(
                    SELECT id FROM \(fragment: table)
                    WHERE not_before >= coalesce(\(start)::timestamptz, '-infinity') AND not_before <= now()
                        AND (claimed_until IS NULL OR claimed_until <= now())
                    ORDER BY not_before, id
                    LIMIT \(limit)
                    FOR UPDATE SKIP LOCKED))
                RETURNING *)
            SELECT * FROM claimed ORDER BY not_before, id
            """)
        return rows.compactMap(message(of:))
    }

    /// One row that makes no sense must not hold up all others: it stays where it is, for someone to look at.
    private func message(of row: PostgresRow) -> OutgoingMessage? {
        do {
            return try OutgoingMessage(row: row)
        } catch {
            let id = (try? row.decode(String.self, "id")) ?? "unknown"
            logger.error(
                "An outbox row cannot be read",
                metadata: ["messageId": "\(id)", "error": "\(error.debugDescription)"])
            return nil
        }
    }

    package func delete(_ ids: [MessageID]) async throws {
        guard !ids.isEmpty else { return }
        try await client.execute("DELETE FROM \(fragment: table) WHERE id = ANY (\(ids.map(\.rawValue))::uuid[])")
    }

    package func release(_ ids: [MessageID], by relay: UUID, after delay: Duration) async throws {
        guard !ids.isEmpty else { return }
        try await client.execute(
            """
            UPDATE \(fragment: table)
            SET claimed_by = NULL, claimed_until = clock_timestamp() + \(delay)::interval
            WHERE id = ANY (\(ids.map(\.rawValue))::uuid[]) AND claimed_by = \(relay)
            """)
    }

    package func lag() async throws -> OutboxLag {
        let start = floor.state.withLock { $0.measurementStart(at: .now) }
        return try await client.withConnection { connection in
            let asked = ContinuousClock.now
            let rows = try await connection.query(measurement(from: start))
            guard let row = rows.first else { return OutboxLag(due: 0, waiting: 0, oldestDueAge: .zero) }
            if start == nil {
                let (oldest, time) = (
                    try row.decodeIfPresent(Date.self, "oldest"), try row.decode(Date.self, "asked")
                )
                let end = ContinuousClock.now
                floor.state.withLock { $0.measuredAll(oldest: oldest, asked: time, took: end - asked, at: end) }
            }
            return OutboxLag(
                due: try row.decode("due"), waiting: try row.decode("waiting"),
                oldestDueAge: try row.decodeIfPresent(Duration.self, "age") ?? .zero)
        }
    }

    private func measurement(from start: Date?) -> SQLStatement {
        """
        SELECT
            (SELECT count(*) FROM (SELECT FROM \(fragment: table)
                WHERE not_before >= coalesce(\(start)::timestamptz, '-infinity') AND not_before <= now()
                LIMIT \(lagLimit)) AS due) AS due,
            (SELECT count(*) FROM (SELECT FROM \(fragment: table) WHERE not_before > now()
                LIMIT \(lagLimit)) AS waiting) AS waiting,
            oldest, now() AS asked, greatest(interval '0', now() - oldest) AS age
        FROM (SELECT min(not_before) AS oldest FROM \(fragment: table)
            WHERE not_before >= coalesce(\(start)::timestamptz, '-infinity')) AS first
        """
    }

    package func wakeUps() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // A stream has no task of its own; this one ends with the stream's consumer or with the client.
        let task = Task {
            for await _ in client.listen(to: channel) { continuation.yield() }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }
}
