import Certificates
import CertificationStore
import Foundation
import Postgres
import ServiceRuntime
import Testing

@testable import CertForgeCLI

@Suite("The doctor at real servers", .timeLimit(.minutes(2)))
struct DoctorTests {
    private func findings(_ check: Check, _ settings: ServiceSettings) async -> [Finding] {
        await check.findings(in: Surroundings(settings), within: .seconds(20))
    }

    private func migrate(_ client: PostgresClient) async throws {
        try await Migrator(
            client: client, schema: CertificationStore.schema, migrations: CertificationStore.migrations,
            logger: PostgresScratch.logger
        ).migrate()
    }

    @Test("An empty virtual host lacks everything, and one with the topology nothing")
    func topology() async throws {
        try await VirtualHostScratch.run { target in
            let settings = try VirtualHostScratch.settings(virtualHost: target.virtualHost)
            let before = await findings(.topology, settings)
            // The users have no permissions there yet either.
            #expect(before.map(\.severity) == [.error, .warning])
            let planning = TopologyPlanning(target)
            try await planning.apply(try await planning.plan()) { _ in }
            let after = await findings(.topology, settings)
            #expect(after.isEmpty)
            for check in [Check.brokerAlarms, .featureFlags, .guestUser, .deadLetters, .unrouted, .consumerTimeout] {
                let found = await findings(check, settings)
                #expect(found.isEmpty, "\(check.name)")
            }
            // The private broker's limit of 50 MB is one for development, and nobody consumes in this virtual host.
            // A broker that was started a moment ago does not know its limits yet.
            var limit = await findings(.diskLimit, settings)
            let deadline = ContinuousClock.now + .seconds(60)
            while limit.isEmpty, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(250))
                limit = await findings(.diskLimit, settings)
            }
            #expect(limit.map(\.severity) == [.warning])
            let consumers = await findings(.consumers, settings)
            #expect(consumers.count == 4)
        }
    }

    @Test("Pending migrations are found, and a migrated database is fine")
    func migrations() async throws {
        try await DatabaseScratch.run { client, url in
            let settings = ServiceSettings(values: ["DATABASE_URL": try #require(url.string)])
            let before = await findings(.migrations, settings)
            #expect(before.map(\.cure) == ["certforge migrate"])
            try await migrate(client)
            for check in [
                Check.database, .longTransactions, .migrations, .outbox, .leases, .clocks,
                .tableSizes,
            ] {
                let found = await findings(check, settings)
                #expect(found.isEmpty, "\(check.name): \(found)")
            }
            // The tests' own server runs without fsync (deploy/local/servers.sh), which is an error anywhere else.
            let unsafe = await findings(.databaseSettings, settings)
            #expect(unsafe.map(\.cure) == ["ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();"])
            try await client.execute(
                "UPDATE certification.schema_migrations SET checksum = 'x' WHERE name LIKE '0001%'")
            try await client.execute(
                "INSERT INTO certification.schema_migrations (name, checksum) VALUES ('9999_x', 'x')")
            let changed = await findings(.migrations, settings)
            #expect(changed.map(\.severity) == [.warning, .error])
        }
    }

    @Test("A missing signing key is found, and one that nobody published")
    func signingKeys() async throws {
        try await DatabaseScratch.run { client, url in
            let key = SigningKey()
            let database = try #require(url.string)
            let bare = ServiceSettings(values: ["DATABASE_URL": database])
            let keyed = ServiceSettings(
                values: ["DATABASE_URL": database, "CERTIFICATE_SIGNING_KEY": key.privateJSON])
            #expect(await findings(.signingKeys, bare).isEmpty)
            try await migrate(client)
            #expect(await findings(.signingKeys, bare).map(\.severity) == [.warning])
            let unpublished = await findings(.signingKeys, keyed)
            #expect(unpublished.count == 1 && unpublished.first?.what.contains(key.publicKey.id.rawValue) == true)
            try await client.execute(
                """
                INSERT INTO certification.signing_keys (id, x, valid_from)
                VALUES (\(key.publicKey.id.rawValue), \(key.publicKey.x), now())
                """)
            #expect(await findings(.signingKeys, bare).isEmpty)
            #expect(await findings(.signingKeys, keyed).isEmpty)
        }
    }

    @Test("A lease that ended long ago and an outbox that stands still are found")
    func stuck() async throws {
        try await DatabaseScratch.run { client, url in
            try await migrate(client)
            try await client.execute(
                """
                WITH job AS (
                    INSERT INTO certification.jobs (id, requested_by, suite, lane, regions, notify, created_at)
                    VALUES (gen_random_uuid(), 'ada', 'base', 'normal', '{}', '{}', now()) RETURNING id)
                INSERT INTO certification.certifications (
                    id, job_id, provider, model, region, profile, status, lease_expires_at, queued_at)
                SELECT gen_random_uuid(), id, 'bedrock', 'm', 'r', 'in-region', 'PROCESSING', now() - interval '2 minutes', now()
                FROM job
                """)
            try await client.execute(
                """
                INSERT INTO certification.outbox (
                    id, exchange, routing_key, mandatory, type, schema_version, body, attempt, created_at, not_before)
                VALUES (gen_random_uuid(), 'e', 'k', true, 't', 1, '', 0, now(), now() - interval '90 seconds')
                """)
            let settings = ServiceSettings(values: ["DATABASE_URL": try #require(url.string)])
            let leases = await findings(.leases, settings)
            #expect(leases.map(\.severity) == [.error])
            let outbox = await findings(.outbox, settings)
            #expect(outbox.map(\.severity) == [.error])
        }
    }

    @Test("A broker that is down is an error, and what it would have told is not checked")
    func stoppedBroker() async throws {
        let settings = ServiceSettings(values: ["RABBITMQ_MANAGEMENT_URL": "http://a:b@127.0.0.1:1"])
        let diagnosis = await Diagnosis.make(with: [.broker, .topology, .consumers], in: Surroundings(settings))
        #expect(diagnosis.entries.map { $0.findings.map(\.severity) } == [[.error], [.unchecked], [.unchecked]])
        #expect(diagnosis.exitCode == 3)
    }

    @Test("Servers that take connections and never answer hold it up for seconds only")
    func hangingServers() async throws {
        let silent = try LoopbackPort(.listening)
        let settings = ServiceSettings(values: [
            "RABBITMQ_MANAGEMENT_URL": "http://a:b@127.0.0.1:\(silent.port)",
            "DATABASE_URL": "postgres://a:b@127.0.0.1:\(silent.port)/c?sslmode=disable",
            "SMTP_URL": "smtp://127.0.0.1:\(silent.port)", "CERTFORGE_URL": "http://127.0.0.1:\(silent.port)",
        ])
        let begin = ContinuousClock.now
        let diagnosis = await Diagnosis.make(with: Check.all, in: Surroundings(settings))
        // Ten at most, if the machine has nothing else to do.
        #expect(ContinuousClock.now - begin < .seconds(25))
        #expect(diagnosis.entries.filter(\.findings.isEmpty).map(\.check) == ["secrets"])
    }

    @Test("A mail server is greeted, logged in to, and told apart from one that refuses the login")
    func mailServer() async throws {
        let server = try await ScriptedSMTPServer(login: "ada:secret")
        func url(_ login: String) -> ServiceSettings {
            ServiceSettings(values: ["SMTP_URL": "smtp://\(login)127.0.0.1:\(server.port)?starttls=never"])
        }
        let good = await findings(.mailServer, url("ada:secret@"))
        #expect(good.isEmpty, "\(good)")
        let wrong = await findings(.mailServer, url("ada:wrong@"))
        #expect(wrong.map(\.severity) == [.error])
        let unencrypted = await findings(
            .mailServer, ServiceSettings(values: ["SMTP_URL": "smtp://127.0.0.1:\(server.port)"]))
        #expect(unencrypted.map(\.cure) == ["Correct SMTP_URL."])
        let nobody = await findings(.mailServer, ServiceSettings(values: ["SMTP_URL": "smtp://127.0.0.1:1"]))
        #expect(nobody.map(\.severity) == [.error])
    }
}
