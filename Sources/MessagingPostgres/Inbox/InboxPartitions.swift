import Foundation
import Postgres

/// The partitions of an inbox: which there are, adding one, dropping one.
///
/// Each change is a short transaction that gives up rather than wait for a lock, because whoever waits for an exclusive lock
/// makes everyone behind it wait as well. Of several processes one makes it.
struct InboxPartitions: Sendable {
    /// What became of a change.
    enum Outcome: Sendable, Hashable {
        case done
        /// Another process is at it, someone holds the table, or there is nothing to do any more.
        case notNow
    }

    /// How long a change waits for a lock.
    private static let patience = Duration.milliseconds(200)
    private static let lockNotAvailable = "55P03"
    private static let undefinedTable = "42P01"

    let client: PostgresClient
    let schema: String

    private var inbox: SQLStatement { "\(identifier: schema).inbox" }

    /// The partitions that take ids up to a time, by that time, and the database's time now.
    ///
    /// - Throws: `InboxNotPartitioned`, `PostgresError`.
    func survey() async throws -> (partitions: [(name: String, end: Date)], now: Date) {
        let rows = try await client.query(
            """
            SELECT relname::text AS name, high, now() AS now
            FROM (SELECT c.relname,
                    substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''([0-9a-f-]{36})''\\)')::uuid AS high
                FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = to_regclass(format('%I.inbox', \(schema)::text))) AS partitions
            WHERE high IS NOT NULL ORDER BY high
            """)
        guard let now = try rows.first?.decode(Date.self, "now") else { throw InboxNotPartitioned(schema: schema) }
        return (try rows.map { (try $0.decode("name"), Self.time(of: try $0.decode(UUID.self, "high"))) }, now)
    }

    /// The time that an id begins with.
    private static func time(of id: UUID) -> Date {
        let bytes = withUnsafeBytes(of: id.uuid) { $0.prefix(6).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        return Date(timeIntervalSince1970: Double(bytes) / 1_000)
    }

    /// Adds a day, and moves there what the default has taken of it.
    func add(_ day: InboxDay) async throws -> Outcome {
        let partition: SQLStatement = "\(identifier: schema).\(identifier: day.partition)"
        let spare: SQLStatement = "\(identifier: schema).inbox_default"
        return try await change { connection in
            let rows = try await connection.query(
                "SELECT to_regclass(format('%I.%I', \(schema)::text, \(day.partition)::text)) IS NOT NULL AS exists")
            guard try rows.first?.decode(Bool.self, "exists") == false else { return .notNow }
            // First of all: what is on its way to the default waits until it is known where it belongs.
            try await connection.execute("LOCK TABLE \(fragment: spare) IN ACCESS EXCLUSIVE MODE")
            try await connection.execute("CREATE TABLE \(fragment: partition) (LIKE \(fragment: inbox) INCLUDING ALL)")
            try await connection.execute(
                """
                WITH moved AS (DELETE FROM \(fragment: spare)
                    WHERE message_id >= \(day.firstID) AND message_id < \(day.next.firstID) RETURNING *)
                INSERT INTO \(fragment: partition) SELECT * FROM moved
                """)
            // Unlike CREATE TABLE … PARTITION OF this leaves everyone at work in the inbox. DDL takes no binds.
            try await connection.execute(
                """
                ALTER TABLE \(fragment: inbox) ATTACH PARTITION \(fragment: partition)
                FOR VALUES FROM ('\(unescaped: day.firstID.uuidString)') TO ('\(unescaped: day.next.firstID.uuidString)')
                """)
            return .done
        }
    }

    /// Forgets all messages of a partition, unless one of them was handled since `limit`: an id may be far older than the
    /// last time it was handled, as when a dead letter is published again after weeks.
    func drop(_ partition: String, unlessUsedSince limit: Date) async throws -> Outcome {
        do {
            return try await dropExisting(partition, unlessUsedSince: limit)
        } catch let error as PostgresError where error.sqlState == Self.undefinedTable {
            // Another process was faster.
            return .notNow
        }
    }

    private func dropExisting(_ partition: String, unlessUsedSince limit: Date) async throws -> Outcome {
        let table: SQLStatement = "\(identifier: schema).\(identifier: partition)"
        // Without locks first, because the answer is mostly final.
        let isUsed = try await client.withConnection { connection in
            try await Self.isUsed(table, since: limit, on: connection)
        }
        guard !isUsed else { return .notNow }
        return try await change { connection in
            // Nobody is in the midst of handling one of its messages once this is granted.
            try await connection.execute(
                "LOCK TABLE ONLY \(fragment: inbox), ONLY \(fragment: table) IN ACCESS EXCLUSIVE MODE")
            guard try await !Self.isUsed(table, since: limit, on: connection) else { return .notNow }
            try await connection.execute("DROP TABLE \(fragment: table)")
            return .done
        }
    }

    private static func isUsed(
        _ table: SQLStatement, since limit: Date, on connection: PostgresConnection
    ) async throws -> Bool {
        try await !connection.query("SELECT 1 FROM \(fragment: table) WHERE processed_at >= \(limit) LIMIT 1").isEmpty
    }

    private func change(_ body: (PostgresConnection) async throws -> Outcome) async throws -> Outcome {
        do {
            return try await client.withTransaction { connection in
                let name = "certforge.inbox.\(schema)"
                let rows = try await connection.query(
                    """
                    SELECT pg_try_advisory_xact_lock(hashtextextended(\(name), 0)) AS is_mine,
                        set_config('lock_timeout', \("\(Int(Self.patience / .milliseconds(1)))ms"), true)
                    """)
                guard try rows.first?.decode(Bool.self, "is_mine") == true else { return .notNow }
                return try await body(connection)
            }
        } catch let error as PostgresError where error.sqlState == Self.lockNotAvailable {
            return .notNow
        }
    }
}

/// The migration `0006_message_retention` has not been applied.
struct InboxNotPartitioned: Error, CustomStringConvertible {
    let schema: String

    var description: String { "the inbox of the schema \(schema) has no partitions; run 'certforge migrate'" }
}
