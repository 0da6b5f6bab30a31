import CertificationStore
import Foundation
import Postgres
import Testing

@testable import Notifier

// One at a time, because users belong to the whole server.
@Suite("What the services' users may do in the database", .serialized, .timeLimit(.minutes(2)))
struct DatabaseRoleTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Lends a migrated database with roles, and a client for each of them.
    private func withRoles(
        _ body: (_ owner: PostgresClient, _ service: (String) throws -> PostgresClient) async throws -> Void
    ) async throws {
        try await DatabaseScratch.run { owner, url in
            try await Migrator(
                client: owner, schema: CertificationStore.schema, migrations: CertificationStore.migrations,
                logger: PostgresScratch.logger
            ).migrate()
            try await applyRoles(to: url)
            try await body(owner) { service in
                var own = url
                own.user = "certforge_\(service)"
                own.password = own.user
                return try DatabaseScratch.client(of: own)
            }
        }
    }

    private func applyRoles(to url: URLComponents) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "psql", try #require(url.string), "-qtA", "-v", "ON_ERROR_STOP=1",
            "-v", "gateway_password=certforge_gateway", "-v", "processor_password=certforge_processor",
            "-v", "notifier_password=certforge_notifier",
            "-f", Self.root.appending(path: "deploy/postgres/roles.sql").path,
        ]
        let (endings, continuation) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { continuation.yield($0.terminationStatus) }
        try process.run()
        for await status in endings {
            try #require(status == 0)
            return
        }
    }

    /// The SQLSTATE of the refusal; nil when the statement is allowed.
    private func refusal(of statement: SQLStatement, to client: PostgresClient) async -> String? {
        do {
            try await client.execute(statement)
            return nil
        } catch {
            return (error as? PostgresError)?.sqlState ?? "\(error)"
        }
    }

    private static let insufficientPrivilege = "42501"

    @Test("Gateway and processor read and write rows, and change no table", arguments: ["gateway", "processor"])
    func sharedSchema(_ service: String) async throws {
        try await withRoles { _, client in
            let client = try client(service)
            let allowed: [SQLStatement] = [
                "SELECT id FROM certification.jobs FOR UPDATE",
                "UPDATE certification.certifications SET attempts = attempts", "DELETE FROM certification.outbox",
                "DELETE FROM certification.inbox", "SELECT name FROM certification.schema_migrations",
                "SELECT pg_notify('certforge', '')", "UPDATE certification.certificates SET revoked_at = revoked_at",
                "INSERT INTO certification.signing_keys (id, x, valid_from) VALUES ('k', 'x', now())",
                "DELETE FROM certification.budget_reservations", "SELECT id FROM certification.certificates FOR UPDATE",
            ]
            for statement in allowed {
                #expect(await refusal(of: statement, to: client) == nil, "\(statement.sql)")
            }
            let refused: [SQLStatement] = [
                "CREATE SCHEMA mine", "CREATE TABLE public.mine ()", "DROP TABLE certification.jobs",
                "ALTER TABLE certification.jobs ADD COLUMN mine int", "TRUNCATE certification.runs",
                "DELETE FROM certification.runs", "UPDATE certification.test_results SET attempt = 1",
                "UPDATE certification.operator_actions SET who = 'nobody'",
                "DELETE FROM certification.operator_actions",
                "DELETE FROM certification.dead_letter_audit", "DELETE FROM certification.schema_migrations",
                "DELETE FROM certification.certificates", "TRUNCATE certification.certificates",
                "DELETE FROM certification.revocation_state",
                "INSERT INTO certification.revocation_state DEFAULT VALUES",
                "DELETE FROM certification.signing_keys", "TRUNCATE certification.signing_keys CASCADE",
                "UPDATE certification.signing_keys SET valid_until = NULL", "DELETE FROM certification.drifts",
                "UPDATE certification.drifts SET change = 'IMPROVEMENT'", "TRUNCATE certification.drifts",
                "DELETE FROM certification.expiry_notices", "UPDATE certification.registry_changes SET kind = 'ADDED'",
                "DELETE FROM certification.registry_changes", "DELETE FROM certification.registry_syncs",
                "DELETE FROM certification.registry_models", "DELETE FROM certification.registry_regions",
                "DELETE FROM certification.job_budgets", "DELETE FROM certification.claim_costs",
                "ALTER TABLE certification.certificates DISABLE TRIGGER certificates_are_kept",
                "CREATE ROLE mine", "CREATE TABLE notifier.mine ()",
            ]
            for statement in refused {
                #expect(await refusal(of: statement, to: client) == Self.insufficientPrivilege, "\(statement.sql)")
            }
            await client.close()
        }
    }

    @Test("The notifier migrates and owns its schema, and does not see the other")
    func notifier() async throws {
        try await withRoles { _, client in
            let client = try client("notifier")
            try await NotificationStore(client: client).migrate(logger: PostgresScratch.logger)
            #expect(await refusal(of: "DELETE FROM notifier.outbox", to: client) == nil)
            for statement: SQLStatement in [
                "SELECT id FROM certification.jobs", "DELETE FROM certification.outbox", "CREATE SCHEMA mine",
                "CREATE TABLE certification.mine ()",
            ] {
                #expect(await refusal(of: statement, to: client) == Self.insufficientPrivilege, "\(statement.sql)")
            }
            await client.close()
        }
    }

    @Test("Tables of later migrations are open to gateway and processor, and to them only")
    func laterTables() async throws {
        try await withRoles { owner, client in
            try await owner.execute("CREATE TABLE certification.later (id int GENERATED ALWAYS AS IDENTITY, x int)")
            for service in ["gateway", "processor"] {
                let client = try client(service)
                #expect(await refusal(of: "INSERT INTO certification.later (x) VALUES (1)", to: client) == nil)
                #expect(await refusal(of: "DROP TABLE certification.later", to: client) == Self.insufficientPrivilege)
                await client.close()
            }
            let notifier = try client("notifier")
            let refusal = await refusal(of: "SELECT x FROM certification.later", to: notifier)
            #expect(refusal == Self.insufficientPrivilege)
            await notifier.close()
        }
    }

    @Test("A notifier's schema from the time of one user for all is handed over, and the roles may be applied again")
    func handingOver() async throws {
        try await DatabaseScratch.run { owner, url in
            try await NotificationStore(client: owner).migrate(logger: PostgresScratch.logger)
            try await applyRoles(to: url)
            try await applyRoles(to: url)
            var own = url
            own.user = "certforge_notifier"
            own.password = own.user
            let client = try DatabaseScratch.client(of: own)
            try await NotificationStore(client: client).migrate(logger: PostgresScratch.logger)
            #expect(await refusal(of: "ALTER TABLE notifier.notifications ADD COLUMN later int", to: client) == nil)
            await client.close()
        }
    }
}
