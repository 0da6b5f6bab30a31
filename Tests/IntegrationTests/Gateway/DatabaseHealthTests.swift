import CertificationStore
import Postgres
import ServiceRuntime
import Testing

@testable import Gateway

@Suite("The gateway's view of its database")
struct DatabaseHealthTests {
    @Test("It follows the schema from missing to current to newer, and to changed")
    func rollingUpdate() async throws {
        try await DatabaseScratch.run { client, _ in
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
}
