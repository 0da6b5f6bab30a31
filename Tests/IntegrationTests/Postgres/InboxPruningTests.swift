import Contracts
import MessagingPostgres
import MessagingTesting
import Postgres
import ServiceLifecycle
import Testing

@Suite("Pruning the PostgreSQL inbox", .timeLimit(.minutes(2)))
struct InboxPruningTests {
    /// Lends an inbox of which `old` messages were handled eight days ago and `new` ones six days ago.
    private func run(
        old: Int, new: Int, _ body: (PostgresClient, _ schema: String) async throws -> Void
    ) async throws {
        try await PostgresScratch.run { client, schema in
            let migrator = Migrator(
                client: client, schema: schema, migrations: [PostgresOutbox.migration], logger: PostgresScratch.logger)
            try await migrator.migrate()
            try await client.execute(
                """
                INSERT INTO inbox (consumer, message_id, processed_at)
                SELECT 'processor', gen_random_uuid(),
                    now() - CASE WHEN number <= \(old) THEN interval '8 days' ELSE interval '6 days' END
                FROM generate_series(1, \(old + new)) AS number
                """)
            try await body(client, schema)
        }
    }

    private func pruning(_ client: PostgresClient, _ schema: String, batchSize: Int) -> InboxPruning {
        InboxPruning(client: client, schema: schema, batchSize: batchSize, logger: PostgresScratch.logger)
    }

    private func remembered(_ client: PostgresClient) async throws -> Int {
        try await client.query("SELECT 1 FROM inbox").count
    }

    @Test("What is older than seven days is forgotten, batch by batch", arguments: [0, 1, 9, 10, 11, 95])
    func batches(old: Int) async throws {
        try await run(old: old, new: 5) { client, schema in
            let forgotten = try await pruning(client, schema, batchSize: 10).prune()
            #expect(forgotten == old)
            #expect(try await remembered(client) == 5)
        }
    }

    @Test("One statement forgets no more than its limit, the oldest first")
    func limit() async throws {
        try await run(old: 30, new: 0) { client, schema in
            try await client.execute(
                """
                UPDATE inbox SET processed_at = now() - interval '9 days'
                WHERE message_id IN (SELECT message_id FROM inbox LIMIT 10)
                """)
            let count = try await client.withConnection { connection in
                try await PostgresInbox(schema: schema).prune(olderThan: .seconds(60), limit: 10, on: connection)
            }
            #expect(count == 10)
            let rows = try await client.query("SELECT 1 FROM inbox WHERE processed_at < now() - interval '8.5 days'")
            #expect(rows.isEmpty)
            #expect(try await remembered(client) == 20)
        }
    }

    @Test("Processes that prune at once forget each message once, and everything between them")
    func severalProcesses() async throws {
        try await run(old: 2_000, new: 5) { client, schema in
            let forgotten = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await pruning(client, schema, batchSize: 50).prune() } }
                return try await group.reduce(0, +)
            }
            // A batch that came out short because of the others' locks ends a round early; the next finds the rest.
            let rest = try await pruning(client, schema, batchSize: 50).prune()
            #expect(forgotten + rest == 2_000)
            #expect(try await remembered(client) == 5)
        }
    }

    @Test("A row that someone else holds is passed by, not waited for")
    func lockedRow() async throws {
        try await run(old: 3, new: 0) { client, schema in
            try await client.withTransaction { connection in
                try await connection.execute("SELECT 1 FROM inbox LIMIT 1 FOR UPDATE")
                let forgotten = try await pruning(client, schema, batchSize: 10).prune()
                #expect(forgotten == 2)
            }
            let rest = try await pruning(client, schema, batchSize: 10).prune()
            #expect(rest == 1)
        }
    }

    @Test("The service prunes round after round, survives a database that refuses, and ends with the process")
    func service() async throws {
        try await run(old: 3, new: 2) { client, schema in
            try await client.execute("ALTER TABLE inbox RENAME TO hidden")
            let service = InboxPruning(
                client: client, schema: schema, interval: .seconds(10), clock: HastyClock(),
                logger: PostgresScratch.logger)
            let group = ServiceGroup(services: [service], logger: PostgresScratch.logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                // Rounds fail meanwhile.
                try await client.execute("SELECT pg_sleep(0.5)")
                try await client.execute("ALTER TABLE hidden RENAME TO inbox")
                for _ in 0..<2 {
                    try await untilRemembered(2, client)
                    try await client.execute(
                        """
                        INSERT INTO inbox (consumer, message_id, processed_at)
                        VALUES ('processor', gen_random_uuid(), now() - interval '8 days')
                        """)
                }
                try await untilRemembered(2, client)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
        }
    }

    private func untilRemembered(_ count: Int, _ client: PostgresClient) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await remembered(client) != count {
            try #require(ContinuousClock.now < deadline, "the inbox was not pruned in time")
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
    }
}
