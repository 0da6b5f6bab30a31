import Foundation
import Postgres
import Testing

@Suite("PostgreSQL statements")
struct StatementTests {
    private struct Sample: Codable, Equatable {
        var name: String
        var at: Date
    }

    @Test("Values of every type come back as they were stored")
    func roundTrip() async throws {
        try await PostgresScratch.run { client, _ in
            try await client.execute(
                """
                CREATE TABLE samples (id uuid, number bigint, small int, ratio float8, flag boolean, at timestamptz,
                    body bytea, wait interval, words text[], ids uuid[], detail jsonb, nothing text)
                """)
            let id = UUID()
            let ids = [UUID(), UUID()]
            let date = Date(timeIntervalSince1970: 1_790_000_000.123_456)
            let body = Data((0...255).map(UInt8.init))
            let words: [String?] = ["", "NULL", nil, #"a "quoted" \ {word}, with ümlaut"#, "null", " "]
            let detail = Sample(name: "ü\"\\u0000", at: Date(timeIntervalSince1970: 1_790_000_000.5))
            try await client.execute(
                """
                INSERT INTO samples VALUES (\(id), \(Int.min), \(7), \(0.1), \(true), \(date), \(body),
                    \(Duration.milliseconds(-90_500)), \(words), \(ids), \(JSONB(value: detail)), \(nil as String?))
                """)
            let rows = try await client.query(
                "SELECT * FROM samples WHERE id = \(id) AND id <> ALL(\(ids)) AND number < \(0)")
            let row = try #require(rows.first)
            #expect(try row.decode(UUID.self, "id") == id)
            #expect(try row.decode(Int.self, "number") == .min)
            #expect(try row.decode(Int.self, "small") == 7)
            #expect(try row.decode(Double.self, "ratio") == 0.1)
            #expect(try row.decode(Bool.self, "flag"))
            #expect(abs(try row.decode(Date.self, "at").timeIntervalSince(date)) < 0.000_001)
            #expect(try row.decode(Data.self, "body") == body)
            #expect(try row.decode(Duration.self, "wait") == .milliseconds(-90_500))
            #expect(try row.decode([String?].self, "words") == words)
            #expect(try row.decode([UUID].self, "ids") == ids)
            #expect(try row.decode(JSONB<Sample>.self, "detail").value == detail)
            #expect(try row.decodeIfPresent(String.self, "nothing") == nil)
        }
    }

    @Test("Text that looks like SQL stays text")
    func injection() async throws {
        try await PostgresScratch.run { client, _ in
            let text = "'; DROP TABLE samples; --"
            let rows = try await client.query("SELECT \(text)::text AS text, \([text, "$1"])::text[] AS words")
            #expect(try rows.first?.decode(String.self, "text") == text)
            #expect(try rows.first?.decode([String].self, "words") == [text, "$1"])
        }
    }

    @Test(
        "A date is stored as the server understands it",
        arguments: [-62_135_596_800, -1, 0, 951_782_400, 4_102_444_799])
    func dates(seconds: Int) async throws {
        try await PostgresScratch.run { client, _ in
            let date = Date(timeIntervalSince1970: Double(seconds))
            let rows = try await client.query("SELECT extract(epoch FROM \(date)::timestamptz)::bigint AS seconds")
            #expect(try rows.first?.decode(Int.self, "seconds") == seconds)
        }
    }

    @Test("Text with a NUL is refused before it is sent, and the connection stays usable")
    func nul() async throws {
        try await PostgresScratch.run(poolSize: 1) { client, _ in
            let code = await postgresErrorCode { try await client.execute("SELECT \("a\0b")::text") }
            #expect(code == .encoding)
            let nested = await postgresErrorCode { try await client.execute("SELECT \(["a", "\0"])::text[]") }
            #expect(nested == .encoding)
            let detail = JSONB(value: ["key": "\0"])
            let json = await postgresErrorCode { try await client.execute("SELECT \(detail)::jsonb") }
            #expect(json == .encoding)
            let rows = try await client.query("SELECT 1")
            #expect(rows.count == 1)
        }
    }

    @Test("A violated constraint is named")
    func constraint() async throws {
        try await PostgresScratch.run { client, _ in
            try await client.execute("CREATE TABLE samples (id int CONSTRAINT only_one UNIQUE)")
            try await client.execute("INSERT INTO samples VALUES (1)")
            let error = await #expect(throws: PostgresError.self) {
                try await client.execute("INSERT INTO samples VALUES (\(1))")
            }
            #expect(error?.code == .server)
            #expect(error?.sqlState == "23505")
            #expect(error?.constraint == "only_one")
            #expect(error?.isRetriable == false)
            #expect(error?.description == "database: server (23505)")
            #expect(error?.debugDescription.contains("INSERT INTO samples VALUES ($1)") == true)
        }
    }

    @Test("A pipeline returns each statement's rows and, outside a transaction, is all or nothing")
    func pipeline() async throws {
        try await PostgresScratch.run(poolSize: 1) { client, _ in
            try await client.execute("CREATE TABLE samples (id int PRIMARY KEY)")
            let results = try await client.withConnection { connection in
                try await connection.pipeline([
                    "INSERT INTO samples VALUES (\(1))", "SELECT id FROM samples",
                    "SELECT \(2)::int AS two, \(3)::int AS three",
                ])
            }
            #expect(results.map(\.count) == [0, 1, 1])
            #expect(try results[2].first?.decode(Int.self, "three") == 3)

            let error = await #expect(throws: PostgresError.self) {
                try await client.withConnection { connection in
                    try await connection.pipeline([
                        "INSERT INTO samples VALUES (2)", "INSERT INTO samples VALUES (1)",
                        "INSERT INTO samples VALUES (3)",
                    ])
                }
            }
            #expect(error?.sqlState == "23505")
            #expect(try await client.query("SELECT id FROM samples").count == 1)
        }
    }

    @Test("A pipeline larger than every buffer on the way gets through")
    func largePipeline() async throws {
        try await PostgresScratch.run { client, _ in
            let text = String(repeating: "x", count: 100_000)
            let statements = (0..<100).map { _ in "SELECT \(text)::text AS text" as SQLStatement }
            let results = try await client.withConnection { try await $0.pipeline(statements) }
            #expect(results.count == 100)
            #expect(try results.last?.first?.decode(String.self, "text").utf8.count == 100_000)
        }
    }

    @Test("Cancelling the task ends the statement on the server and leaves the connection clean")
    func cancellation() async throws {
        try await PostgresScratch.run(poolSize: 1) { client, _ in
            let before = try await client.query("SELECT pg_backend_pid() AS pid").first?.decode(Int.self, "pid")
            let sleeper = Task { try await client.execute("SELECT pg_sleep(30)") }
            try await PostgresScratch.wait(until: "query LIKE 'SELECT pg_sleep%' AND state = 'active'", of: client)
            let cancelledAt = ContinuousClock.now
            sleeper.cancel()
            let code = await postgresErrorCode { _ = try await sleeper.value }
            #expect(code == .cancelled)
            // Far from the 30 s, and longer than a busy machine may take.
            #expect(cancelledAt.duration(to: .now) < .seconds(15))
            let after = try await client.query("SELECT pg_backend_pid() AS pid").first?.decode(Int.self, "pid")
            #expect(after == before)
        }
    }

    @Test("A cancel request never hits the statement after the one that it was meant for")
    func cancellationRaces() async throws {
        try await PostgresScratch.run(poolSize: 1) { client, _ in
            for round in 0..<50 {
                let task = Task { try await client.execute("SELECT pg_sleep(\(Double(round) / 25_000))") }
                task.cancel()
                _ = await task.result
                let rows = try await client.query("SELECT 1")
                #expect(rows.count == 1)
            }
        }
    }

    @Test("Waiting statements leave the cooperative threads free")
    func blocking() async throws {
        try await PostgresScratch.run(poolSize: 8) { client, _ in
            let sleepers = (0..<8).map { _ in Task { try await client.execute("SELECT pg_sleep(30)") } }
            try await PostgresScratch.wait(until: "query LIKE 'SELECT pg_sleep%' AND state = 'active'", of: client)
            let start = ContinuousClock.now
            await withTaskGroup { group in
                for _ in 0..<100 { group.addTask { await Task.yield() } }
            }
            // Far from the 30 s that each of them would be blocked, and longer than a busy machine may take.
            #expect(start.duration(to: .now) < .seconds(15))
            for sleeper in sleepers { sleeper.cancel() }
            for sleeper in sleepers { _ = await sleeper.result }
        }
    }

    @Test("The server ends a statement that runs longer than the limit")
    func statementTimeout() async throws {
        var configuration = try PostgresScratch.configuration()
        configuration.statementTimeout = .milliseconds(50)
        let client = PostgresClient(configuration: configuration, logger: PostgresScratch.logger)
        let error = await #expect(throws: PostgresError.self) { try await client.execute("SELECT pg_sleep(30)") }
        #expect(error?.sqlState == "57014")
        #expect(error?.code == .server)
        await client.close()
    }

    @Test("An address where nobody listens is a connection failure within the time limit")
    func unreachable() async throws {
        var configuration = try PostgresConfiguration(url: "postgres://certforge:secret@127.0.0.1:1/certforge")
        configuration.connectTimeout = .seconds(2)
        let client = PostgresClient(configuration: configuration, logger: PostgresScratch.logger)
        let error = await #expect(throws: PostgresError.self) { try await client.query("SELECT 1") }
        #expect(error?.code == .connectionFailed)
        #expect(error?.isRetriable == true)
        #expect(error?.debugDescription.contains("secret") == false)
    }
}
