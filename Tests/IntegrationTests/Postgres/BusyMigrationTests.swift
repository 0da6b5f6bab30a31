import Foundation
import Logging
import Postgres
import Testing

@Suite("PostgreSQL migrations of tables that are in use")
struct BusyMigrationTests {
    private static let table = Migration(
        name: "0001_table", sql: "CREATE TABLE samples (id int); INSERT INTO samples VALUES (1);")
    private static let column = Migration(name: "0002_column", sql: "ALTER TABLE samples ADD COLUMN name text;")
    private static let index = Migration(
        name: "0002_index",
        sql: "-- Outside a transaction.\nCREATE INDEX CONCURRENTLY IF NOT EXISTS samples_by_id ON samples (id);\n")

    private func migrator(
        _ client: PostgresClient, _ schema: String, _ migrations: [Migration], total: Duration = .seconds(60)
    ) -> Migrator {
        Migrator(
            client: client, schema: schema, migrations: migrations,
            patience: MigrationPatience(
                lockTimeout: .milliseconds(200), pause: .milliseconds(200), total: total),
            logger: PostgresScratch.logger)
    }

    /// Runs `body` while a transaction has the table locked, and ends that when `body` asks for it.
    private func whileLocked(
        _ client: PostgresClient, _ body: (_ release: @Sendable () -> Void) async throws -> Void
    ) async throws {
        let (isLocked, locked) = AsyncStream<Void>.makeStream()
        let (isReleased, release) = AsyncStream<Void>.makeStream()
        let holder = Task {
            try await client.withTransaction { connection in
                try await connection.execute("LOCK TABLE samples IN ACCESS SHARE MODE")
                locked.finish()
                for await _ in isReleased {}
            }
        }
        for await _ in isLocked {}
        let outcome: Swift.Result<Void, any Error>
        do {
            outcome = .success(try await body { release.finish() })
        } catch {
            outcome = .failure(error)
        }
        release.finish()
        try await holder.value
        try outcome.get()
    }

    private func isValid(_ index: String, of client: PostgresClient, in schema: String) async throws -> Bool? {
        try await client.query(
            """
            SELECT i.indisvalid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
                JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = \(schema) AND c.relname = \(index)
            """
        ).first?.decode("indisvalid")
    }

    @Test("A table that is in use is asked for again and again, and others pass meanwhile")
    func retry() async throws {
        try await PostgresScratch.run { client, schema in
            try await migrator(client, schema, [Self.table]).migrate()
            try await whileLocked(client) { release in
                let migration = Task { try await migrator(client, schema, [Self.table, Self.column]).migrate() }
                try await PostgresScratch.wait(until: "wait_event_type = 'Lock' AND query LIKE '%ALTER%'", of: client)
                // The migration's wish for the table is in front of this reader, but not for long.
                let began = ContinuousClock.now
                #expect(try await client.query("SELECT id FROM samples").count == 1)
                #expect(ContinuousClock.now - began < .seconds(5))
                try await PostgresScratch.wait(until: "wait_event_type = 'Lock' AND query LIKE '%ALTER%'", of: client)
                release()
                #expect(try await migration.value == ["0002_column"])
            }
        }
    }

    @Test("A table that is never free is given up, with nothing done and the cure named")
    func patience() async throws {
        try await PostgresScratch.run { client, schema in
            try await migrator(client, schema, [Self.table]).migrate()
            try await whileLocked(client) { _ in
                let error = await #expect(throws: PostgresError.self) {
                    try await migrator(client, schema, [Self.table, Self.column], total: .milliseconds(300)).migrate()
                }
                #expect(error?.sqlState == "55P03")
                #expect(error?.message.contains("End the oldest transactions") == true)
            }
            #expect(try await migrator(client, schema, [Self.table, Self.column]).pending() == ["0002_column"])
        }
    }

    @Test("An index is built outside a transaction, once, and the session is given back as it was")
    func concurrently() async throws {
        try await PostgresScratch.run(poolSize: 1) { client, schema in
            let migrations = [Self.table, Self.index]
            #expect(try await migrator(client, schema, migrations).migrate() == ["0001_table", "0002_index"])
            #expect(try await isValid("samples_by_id", of: client, in: schema) == true)
            #expect(try await migrator(client, schema, migrations).migrate() == [])
            let settings = try await client.query(
                """
                SELECT current_setting('statement_timeout') AS statement_timeout, current_setting('search_path') AS path,
                       (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks
                """)
            let row = try #require(settings.first)
            #expect(try row.decode(String.self, "statement_timeout") == "1min")
            #expect(try row.decode(String.self, "path").contains(schema))
            #expect(try row.decode(Int.self, "locks") == 0)
        }
    }

    @Test("What a broken run left of an index is dropped, and the index is built anew")
    func broken() async throws {
        try await PostgresScratch.run { client, schema in
            let unique = Migration(
                name: "0002_index",
                sql:
                    "-- Outside a transaction.\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS samples_once ON samples (id);"
            )
            try await migrator(client, schema, [Self.table]).migrate()
            try await client.execute("INSERT INTO samples VALUES (1)")
            let error = await #expect(throws: PostgresError.self) {
                try await migrator(client, schema, [Self.table, unique]).migrate()
            }
            #expect(error?.sqlState == "23505")
            #expect(try await isValid("samples_once", of: client, in: schema) == false)
            #expect(try await migrator(client, schema, [Self.table, unique]).pending() == ["0002_index"])
            try await client.execute("DELETE FROM samples")
            #expect(try await migrator(client, schema, [Self.table, unique]).migrate() == ["0002_index"])
            #expect(try await isValid("samples_once", of: client, in: schema) == true)
        }
    }

    @Test("Migrators that start at once build the index once, and none stands in the way of the one that builds")
    func concurrency() async throws {
        try await PostgresScratch.run(poolSize: 8) { client, schema in
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask { try await migrator(client, schema, [Self.table, Self.index]).migrate() }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == ["0001_table", "0002_index"])
            #expect(try await isValid("samples_by_id", of: client, in: schema) == true)
        }
    }

    @Test("Building an index waits for writers that were there before, and for no lock's time limit")
    func waitingForWriters() async throws {
        try await PostgresScratch.run { client, schema in
            try await migrator(client, schema, [Self.table]).migrate()
            try await whileLocked(client) { release in
                // A lock for reading is none that the build waits for; one for writing is.
                let writer = Task {
                    try await client.withTransaction { connection in
                        try await connection.execute("INSERT INTO samples VALUES (2)")
                        try await connection.execute("SELECT pg_sleep(1)")
                    }
                }
                try await PostgresScratch.wait(until: "query LIKE '%pg_sleep%'", of: client)
                release()
                let migrations = [Self.table, Self.index]
                #expect(try await migrator(client, schema, migrations).migrate() == ["0002_index"])
                _ = try await writer.value
            }
        }
    }
}
