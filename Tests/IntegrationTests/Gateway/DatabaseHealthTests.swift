import CertificationStore
import Foundation
import Postgres
import ServiceRuntime
import Testing

@testable import Gateway

@Suite("The gateway's view of its database")
struct DatabaseHealthTests {
    @Test("It follows the schema from missing to current to newer, and to changed")
    func rollingUpdate() async throws {
        try await withDatabase { client in
            let check = HealthCheck.database(client, logger: PostgresScratch.logger)
            guard case .failed = await check.state() else {
                Issue.record("an empty database is no database of ours")
                return
            }
            try await Migrator(
                client: client, schema: CertificationStore.schema, migrations: CertificationStore.migrations,
                logger: PostgresScratch.logger
            ).migrate()
            #expect(await check.state() == .healthy())
            try await client.execute(
                "INSERT INTO certification.schema_migrations (name, checksum) VALUES ('9999_later', 'x')")
            #expect(
                await check.state()
                    == .degraded("has migrations that are newer than this gateway: 9999_later; update the gateway"))
            try await client.execute("DELETE FROM certification.schema_migrations WHERE name = '9999_later'")
            try await client.execute("UPDATE certification.schema_migrations SET checksum = 'x'")
            guard case .failed = await check.state() else {
                Issue.record("a changed migration is no migration of ours")
                return
            }
        }
    }

    /// Lends a database of its own, because the check looks at the schema of its real name.
    private func withDatabase(_ body: (PostgresClient) async throws -> Void) async throws {
        let name = "test_" + UUID().uuidString.replacing("-", with: "").lowercased()
        let administrator = PostgresClient(
            configuration: try PostgresScratch.configuration(), logger: PostgresScratch.logger)
        try await administrator.execute("CREATE DATABASE \(identifier: name)")
        let server = try #require(ProcessInfo.processInfo.environment["TEST_DATABASE_URL"])
        var url = try #require(URLComponents(string: server))
        url.path = "/\(name)"
        let address = try #require(url.string)
        let client = PostgresClient(
            configuration: try PostgresConfiguration(url: address), logger: PostgresScratch.logger)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(client)) } catch { outcome = .failure(error) }
        await client.close()
        try await administrator.execute("DROP DATABASE \(identifier: name) WITH (FORCE)")
        await administrator.close()
        try outcome.get()
    }
}
