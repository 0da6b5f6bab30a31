import Contracts
import MessagingPostgres
import Postgres
import Testing

@Suite("PostgreSQL inbox")
struct InboxTests {
    private func run(_ body: (PostgresInbox, PostgresClient) async throws -> Void) async throws {
        try await PostgresScratch.run { client, schema in
            let migrator = Migrator(
                client: client, schema: schema,
                migrations: [PostgresOutbox.migration, PostgresOutbox.retentionMigration],
                logger: PostgresScratch.logger)
            try await migrator.migrate()
            try await body(PostgresInbox(schema: schema), client)
        }
    }

    @Test("A message is recorded once for each consumer")
    func once() async throws {
        try await run { inbox, client in
            let id = MessageID()
            let recorded = try await client.withTransaction { connection in
                [
                    try await inbox.record(id, consumer: "processor", on: connection),
                    try await inbox.record(id, consumer: "processor", on: connection),
                    try await inbox.record(id, consumer: "notifier", on: connection),
                    try await inbox.record(MessageID(), consumer: "processor", on: connection),
                ]
            }
            #expect(recorded == [true, false, true, true])
            let later = try await client.withConnection { connection in
                [
                    try await inbox.record(id, consumer: "processor", on: connection),
                    try await inbox.contains(id, consumer: "processor", on: connection),
                    try await inbox.contains(id, consumer: "gateway", on: connection),
                ]
            }
            #expect(later == [false, true, false])
        }
    }

    @Test("A rolled back transaction leaves nothing recorded")
    func rollback() async throws {
        try await run { inbox, client in
            struct Trouble: Error {}
            let id = MessageID()
            await #expect(throws: Trouble.self) {
                try await client.withTransaction { connection in
                    _ = try await inbox.record(id, consumer: "processor", on: connection)
                    throw Trouble()
                }
            }
            let isNew = try await client.withTransaction { connection in
                try await inbox.record(id, consumer: "processor", on: connection)
            }
            #expect(isNew)
        }
    }

    @Test("Of transactions that handle one message at once exactly one does it")
    func concurrency() async throws {
        try await run { inbox, client in
            let id = MessageID()
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<5 {
                    group.addTask {
                        try await client.withTransaction { try await inbox.record(id, consumer: "processor", on: $0) }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(winners == 1)
        }
    }
}
