import Contracts
import Foundation
import MessagingPostgres
import Postgres

/// An inbox of a test's own, with ids and times of handling as the test wants them.
struct InboxScratch: Sendable {
    let client: PostgresClient
    let schema: String

    /// Lends an inbox without messages.
    static func run(_ body: (InboxScratch) async throws -> Void) async throws {
        try await PostgresScratch.run { client, schema in
            let inbox = InboxScratch(client: client, schema: schema)
            try await inbox.migrate([PostgresOutbox.migration, PostgresOutbox.retentionMigration])
            try await body(inbox)
        }
    }

    func migrate(_ migrations: [Migration]) async throws {
        let migrator = Migrator(
            client: client, schema: schema, migrations: migrations, logger: PostgresScratch.logger)
        try await migrator.migrate()
    }

    func retention(batchSize: Int = 1_000) -> InboxRetention {
        InboxRetention(client: client, schema: schema, batchSize: batchSize, logger: PostgresScratch.logger)
    }

    /// Rounds at work in other tests' processes do not concern this schema, so that everything is done in one.
    @discardableResult
    func goRound() async throws -> InboxRetention.Round { try await retention().goRound() }

    /// A message made and handled so many days ago.
    @discardableResult
    func add(madeDaysAgo made: Double, handledDaysAgo handled: Double, id: UUID? = nil) async throws -> UUID {
        let id = id ?? UUID.version7(at: Date(timeIntervalSinceNow: -made * 86_400))
        try await client.execute(
            """
            INSERT INTO inbox (consumer, message_id, processed_at)
            VALUES ('processor', \(id), now() - make_interval(secs => \(handled * 86_400)))
            """)
        return id
    }

    /// Partitions in the place of the one for everything before tomorrow's end: one for each of the days gone by.
    func splitPast(days: Int) async throws {
        try await client.execute("DROP TABLE inbox_past")
        for day in (-1...days).reversed() {
            let start = (Date().timeIntervalSince1970 / 86_400).rounded(.down) * 86_400 - Double(day) * 86_400
            let bounds = [start, start + 86_400].map { time in
                String(UInt64(time * 1_000), radix: 16).leftPadded(to: 12) + String(repeating: "0", count: 20)
            }
            try await client.execute(
                """
                CREATE TABLE \(identifier: "past_\(day + 1)") PARTITION OF inbox
                FOR VALUES FROM ('\(unescaped: bounds[0])') TO ('\(unescaped: bounds[1])')
                """)
        }
    }

    func remembers(_ id: UUID) async throws -> Bool {
        try await !client.query("SELECT 1 FROM inbox WHERE consumer = 'processor' AND message_id = \(id)").isEmpty
    }

    /// The partition that holds a message.
    func place(of id: UUID) async throws -> String? {
        try await client.query("SELECT tableoid::regclass::text AS place FROM inbox WHERE message_id = \(id)").first?
            .decode(String.self, "place")
    }

    func partitions() async throws -> [String] {
        try await client.query(
            "SELECT relid::regclass::text AS name FROM pg_partition_tree('inbox') WHERE isleaf ORDER BY 1"
        ).map { try $0.decode("name") }
    }

    func count() async throws -> Int {
        try await client.query("SELECT count(*) AS count FROM inbox").first?.decode(Int.self, "count") ?? 0
    }
}

extension String {
    fileprivate func leftPadded(to length: Int) -> String {
        String(repeating: "0", count: max(0, length - count)) + self
    }
}
