import Foundation
import Postgres
import Testing

/// A database of one test's own on the test server, for what looks at schemas by their real names.
enum DatabaseScratch {
    /// Lends a new database, which is dropped afterwards.
    static func run(_ body: (_ client: PostgresClient, _ url: URLComponents) async throws -> Void) async throws {
        let name = "test_" + UUID().uuidString.replacing("-", with: "").lowercased()
        let administrator = PostgresClient(
            configuration: try PostgresScratch.configuration(), logger: PostgresScratch.logger)
        try await administrator.execute("CREATE DATABASE \(identifier: name)")
        let server = try #require(ProcessInfo.processInfo.environment["TEST_DATABASE_URL"])
        var url = try #require(URLComponents(string: server))
        url.path = "/\(name)"
        let client = try client(of: url)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(client, url)) } catch { outcome = .failure(error) }
        await client.close()
        try await administrator.execute("DROP DATABASE \(identifier: name) WITH (FORCE)")
        await administrator.close()
        try outcome.get()
    }

    static func client(of url: URLComponents) throws -> PostgresClient {
        PostgresClient(
            configuration: try PostgresScratch.configuration(url: try #require(url.string)),
            logger: PostgresScratch.logger)
    }
}
