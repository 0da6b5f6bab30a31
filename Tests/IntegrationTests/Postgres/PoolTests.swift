import Postgres
import Testing

@Suite("PostgreSQL pool")
struct PoolTests {
    @Test("A caller waits no longer than the limit, and the error names the pool's size")
    func waitLimit() async throws {
        var configuration = try PostgresScratch.configuration()
        configuration.poolSize = 2
        configuration.acquireTimeout = .milliseconds(100)
        let client = PostgresClient(configuration: configuration, logger: PostgresScratch.logger)
        let error = await #expect(throws: PostgresError.self) {
            try await client.withConnection { _ in
                try await client.withConnection { _ in
                    try await client.query("SELECT 1")
                }
            }
        }
        #expect(error?.code == .poolTimeout)
        #expect(error?.message.contains("2 connections") == true)
        #expect(try await client.query("SELECT 1").count == 1)
        await client.close()
    }

    @Test("More callers than connections are all served")
    func contention() async throws {
        try await PostgresScratch.run(poolSize: 3) { client, _ in
            try await client.execute("CREATE TABLE samples (id int)")
            try await withThrowingTaskGroup { group in
                for id in 0..<300 {
                    group.addTask { try await client.execute("INSERT INTO samples VALUES (\(id))") }
                }
                try await group.waitForAll()
            }
            #expect(try await client.query("SELECT DISTINCT id FROM samples").count == 300)
            let sessions = try await client.query(
                """
                SELECT count(*) AS count FROM pg_stat_activity
                WHERE application_name = \(client.configuration.applicationName)
                """)
            #expect(try sessions.first?.decode(Int.self, "count") == 3)
        }
    }

    @Test("A waiting caller that is cancelled leaves, and the others are served")
    func cancelledWaiter() async throws {
        try await PostgresScratch.run(poolSize: 1) { client, _ in
            try await client.withConnection { _ in
                let waiter = Task { try await client.query("SELECT 1") }
                waiter.cancel()
                let code = await postgresErrorCode { _ = try await waiter.value }
                #expect(code == .cancelled)
            }
            #expect(try await client.query("SELECT 1").count == 1)
        }
    }

    @Test("When the server ends every idle session the next statements succeed on new ones", arguments: [1, 4])
    func endedSessions(poolSize: Int) async throws {
        try await PostgresScratch.run(poolSize: poolSize) { client, _ in
            try await withThrowingTaskGroup { group in
                for _ in 0..<poolSize { group.addTask { try await client.execute("SELECT pg_sleep(0.2)") } }
                try await group.waitForAll()
            }
            #expect(try await PostgresScratch.endSessions(of: client) == poolSize)
            for _ in 0..<poolSize {
                #expect(try await client.query("SELECT 1").count == 1)
            }
            #expect(try await PostgresScratch.endSessions(of: client) >= 1)
            _ = try await client.withTransaction { connection in
                try await connection.execute("SELECT 1")
            }
        }
    }

    @Test("A session that is ended during a statement is reported as lost and replaced")
    func endedStatement() async throws {
        try await PostgresScratch.run(poolSize: 1) { client, _ in
            let task = Task { try await client.execute("SELECT pg_sleep(30)") }
            try await PostgresScratch.wait(until: "query LIKE 'SELECT pg_sleep%' AND state = 'active'", of: client)
            try await PostgresScratch.endSessions(of: client)
            let error = await #expect(throws: PostgresError.self) { _ = try await task.value }
            #expect(error?.code == .connectionLost)
            #expect(error?.sqlState == "57P01")
            #expect(error?.isConnectionTrouble == true)
            #expect(try await client.query("SELECT 1").count == 1)
        }
    }

    @Test("A closed client refuses callers")
    func close() async throws {
        let client = PostgresClient(configuration: try PostgresScratch.configuration(), logger: PostgresScratch.logger)
        #expect(try await client.query("SELECT 1").count == 1)
        await client.close()
        let code = await postgresErrorCode { _ = try await client.query("SELECT 1") }
        #expect(code == .closed)
    }
}
