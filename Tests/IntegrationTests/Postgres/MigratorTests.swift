import Postgres
import Testing

@Suite("PostgreSQL migrations")
struct MigratorTests {
    private static let first = Migration(
        name: "0001_first", sql: "CREATE TABLE samples (id int); INSERT INTO samples VALUES (1);")
    private static let second = Migration(name: "0002_second", sql: "INSERT INTO samples VALUES (2);")

    private func migrator(_ client: PostgresClient, _ schema: String, _ migrations: [Migration]) -> Migrator {
        Migrator(client: client, schema: schema, migrations: migrations, logger: PostgresScratch.logger)
    }

    @Test("Migrations are applied once, in order, in a schema that is made for them")
    func applies() async throws {
        try await PostgresScratch.run { client, schema in
            try await client.execute("DROP SCHEMA \(identifier: schema)")
            let migrator = migrator(client, schema, [Self.first, Self.second])
            #expect(try await migrator.pending() == ["0001_first", "0002_second"])
            #expect(try await migrator.migrate() == ["0001_first", "0002_second"])
            #expect(try await migrator.pending() == [])
            #expect(try await migrator.migrate() == [])
            #expect(try await client.query("SELECT id FROM \(identifier: schema).samples").count == 2)
        }
    }

    @Test("A migration that was changed after it was applied is refused, and nothing is done")
    func drift() async throws {
        try await PostgresScratch.run { client, schema in
            try await migrator(client, schema, [Self.first]).migrate()
            let changed = Migration(name: Self.first.name, sql: Self.first.sql + " ")
            let code = await postgresErrorCode { try await migrator(client, schema, [changed, Self.second]).migrate() }
            #expect(code == .migration)
            #expect(try await client.query("SELECT id FROM samples").count == 1)
        }
    }

    @Test("An older program refuses a newer database")
    func newerDatabase() async throws {
        try await PostgresScratch.run { client, schema in
            try await migrator(client, schema, [Self.first, Self.second]).migrate()
            let code = await postgresErrorCode { _ = try await migrator(client, schema, [Self.first]).pending() }
            #expect(code == .migration)
        }
    }

    @Test("A migration that fails leaves nothing behind, and those before it stay")
    func failure() async throws {
        try await PostgresScratch.run { client, schema in
            let broken = Migration(name: "0002_broken", sql: "CREATE TABLE others (id int); SELECT 1 / 0;")
            let error = await #expect(throws: PostgresError.self) {
                try await migrator(client, schema, [Self.first, broken]).migrate()
            }
            #expect(error?.sqlState == "22012")
            let others = try await client.query("SELECT 1 WHERE to_regclass('others') IS NOT NULL")
            #expect(others.isEmpty)
            #expect(try await migrator(client, schema, [Self.first, Self.second]).pending() == ["0002_second"])
        }
    }

    @Test("A migration that commits by itself is refused")
    func ownCommit() async throws {
        try await PostgresScratch.run { client, schema in
            let committing = Migration(name: "0001_commit", sql: "SELECT 1; COMMIT;")
            let code = await postgresErrorCode { try await migrator(client, schema, [committing]).migrate() }
            #expect(code == .migration)
            let pending = try await migrator(client, schema, [committing]).pending()
            #expect(pending == ["0001_commit"])
        }
    }

    @Test("Migrators that start at once apply each migration once between them")
    func concurrency() async throws {
        try await PostgresScratch.run { client, schema in
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask { try await migrator(client, schema, [Self.first, Self.second]).migrate() }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == ["0001_first", "0002_second"])
            #expect(try await client.query("SELECT id FROM samples").count == 2)
        }
    }
}
