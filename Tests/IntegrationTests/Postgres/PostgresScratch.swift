import Foundation
import Logging
import Postgres
import Testing

/// A schema of one test's own on the test server.
enum PostgresScratch {
    /// The server that the tests are given; there is no skipping.
    static func configuration() throws -> PostgresConfiguration {
        let url = try #require(
            ProcessInfo.processInfo.environment["TEST_DATABASE_URL"], "TEST_DATABASE_URL must name a PostgreSQL server")
        return try configuration(url: url)
    }

    /// Patient, because the other suites keep both cores busy meanwhile; a test of a limit sets its own.
    static func configuration(url: String) throws -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(url: url)
        configuration.statementTimeout = .seconds(60)
        configuration.acquireTimeout = .seconds(60)
        configuration.connectTimeout = .seconds(30)
        return configuration
    }

    /// Runs `body` with a client whose `search_path` is a new schema, which is dropped afterwards.
    static func run<Result: Sendable>(
        poolSize: Int = 5, _ body: (PostgresClient, _ schema: String) async throws -> Result
    ) async throws -> Result {
        let schema = "test_" + UUID().uuidString.replacing("-", with: "").lowercased()
        var configuration = try configuration().searching(schema)
        configuration.poolSize = poolSize
        configuration.applicationName = schema
        let client = PostgresClient(configuration: configuration, logger: logger)
        try await client.execute("CREATE SCHEMA \(identifier: schema)")
        let outcome: Swift.Result<Result, any Error>
        do { outcome = .success(try await body(client, schema)) } catch { outcome = .failure(error) }
        try await client.execute("DROP SCHEMA \(identifier: schema) CASCADE")
        await client.close()
        return try outcome.get()
    }

    /// Silent: what these tests provoke is logged as errors.
    static var logger: Logger {
        var logger = Logger(label: "postgres-tests")
        logger.logLevel = .critical
        return logger
    }

    /// Ends every session of the client but the one that asks, as a restart of the server would, and waits until they
    /// are gone.
    ///
    /// - Returns: how many were ended.
    @discardableResult
    static func endSessions(of client: PostgresClient) async throws -> Int {
        let observer = PostgresClient(configuration: try configuration(), logger: logger)
        let rows = try await observer.query(
            """
            SELECT pg_terminate_backend(pid, 10000) AS ended FROM pg_stat_activity
            WHERE application_name = \(client.configuration.applicationName)
            """)
        await observer.close()
        return try rows.filter { try $0.decode(Bool.self, "ended") }.count
    }

    /// Returns once a session of the client is doing what `condition` says, asking again and again.
    static func wait(until condition: SQLStatement, of client: PostgresClient) async throws {
        let observer = PostgresClient(configuration: try configuration(), logger: logger)
        let deadline = ContinuousClock.now + .seconds(60)
        var rows: [PostgresRow] = []
        while rows.isEmpty {
            try #require(ContinuousClock.now < deadline, "the condition was not met in time")
            rows = try await observer.query(
                """
                SELECT 1 FROM pg_stat_activity
                WHERE application_name = \(client.configuration.applicationName) AND \(fragment: condition)
                """)
        }
        await observer.close()
    }
}

/// A test that fails says everything; `description` is for strangers.
extension PostgresError: CustomTestStringConvertible {
    package var testDescription: String { debugDescription }
}

/// The code of the `PostgresError` that `body` throws; nil when it throws none.
func postgresErrorCode(_ body: () async throws -> Void) async -> PostgresError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? PostgresError)?.code
    }
}
