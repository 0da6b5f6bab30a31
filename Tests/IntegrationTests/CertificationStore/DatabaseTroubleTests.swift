import CertificationStore
import Contracts
import Foundation
import Logging
import Messaging
import MessagingPostgres
import Postgres
import Testing

@testable import CertificationProcessor

@Suite("Trouble with the database", .timeLimit(.minutes(2)))
struct DatabaseTroubleTests {
    enum Loss: String, CaseIterable {
        /// The server goes on and commits.
        case connectionCut
        /// The server rolls back.
        case sessionEnded
    }

    @Test(
        "A verdict whose connection is lost during COMMIT is written once, whether or not it was committed",
        arguments: Loss.allCases)
    func lostCommit(loss: Loss) async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            let worker = try Worker(of: scenario)
            let (outcome, log) = try await scenario.client.withConnection { gate in
                let lock = try await Self.closeGate(gate)
                async let writing = worker.finish(claim)
                try await PostgresScratch.wait(
                    until: "query = 'COMMIT' AND wait_event = 'advisory'", of: worker.client)
                switch loss {
                case .connectionCut: worker.proxy.cut()
                case .sessionEnded: try await PostgresScratch.endSessions(of: worker.client)
                }
                for await message in worker.log.messages where message == "The database is out of reach" { break }
                // The repetition waits for the job's row that the first commit holds, or is a commit under way itself.
                let repetition: SQLStatement =
                    loss == .connectionCut
                    ? "query LIKE '%FOR NO KEY UPDATE%' AND wait_event_type = 'Lock'" : "query = 'COMMIT'"
                try await PostgresScratch.wait(until: repetition, of: worker.client)
                try await gate.execute("SELECT pg_advisory_unlock(\(lock))")
                return (try await writing, worker.log)
            }
            #expect(outcome == .recorded(.certified))
            #expect(log.count(of: "The database is out of reach") == 1)
            #expect(try await scenario.count("runs") == 1)
            #expect(try await scenario.store.job(job.id)?.status == .completed)
            #expect(try await scenario.outboxPayloads(CertificationFinished.self).count == 1)
            #expect(try await scenario.outboxPayloads(JobFinished.self).count == 1)
            await worker.close()
        }
    }

    @Test("A request waits for the database where it is, and is then handled")
    func claimWaits() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let worker = try Worker(of: scenario, acquireTimeout: .milliseconds(50))
            let processor = HandlerScenario(scenario, store: worker.store, logger: worker.log.logger)
            let handling = try await worker.client.withConnection { _ in
                let handling = Task { try await processor.handle(certifications[0]) }
                let complaint = "The database is out of reach; the request waits"
                for await message in worker.log.messages where message == complaint { break }
                return handling
            }
            #expect(try await handling.value == .done)
            #expect(try await scenario.store.job(job.id)?.status == .completed)
            await worker.close()
        }
    }

    @Test("A request that waits for the database is given back once the gate closes, and was no attempt")
    func claimGivesBack() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let worker = try Worker(of: scenario, acquireTimeout: .milliseconds(50))
            let processor = HandlerScenario(scenario, store: worker.store, logger: worker.log.logger)
            try await worker.client.withConnection { _ in
                let handling = Task { try await processor.handle(certifications[0]) }
                let complaint = "The database is out of reach; the request waits"
                for await message in worker.log.messages where message == complaint { break }
                processor.gate.close(because: "the database is out of reach")
                await #expect(throws: GiveBack("the database is out of reach")) { try await handling.value }
            }
            processor.gate.open()
            #expect(try await processor.handle(certifications[0]) == .done)
            let ended = try await scenario.store.job(job.id)
            #expect(ended?.status == .completed)
            await worker.close()
        }
    }

    /// From now on a transaction that writes a run waits during its COMMIT until the lock is given back.
    private static func closeGate(_ gate: PostgresConnection) async throws -> Int {
        let lock = Int.random(in: 1...Int(Int32.max))
        try await gate.executeScript(
            """
            CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_advisory_xact_lock(\(lock)); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER gate AFTER INSERT ON runs DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION wait_at_gate();
            SELECT pg_advisory_lock(\(lock));
            """)
        return lock
    }
}

/// A processor's store on a connection of its own, which goes through a proxy.
private struct Worker: Sendable {
    let client: PostgresClient
    let store: CertificationStore
    let proxy: TCPProxy
    let log = LogWatch()

    init(of scenario: CertificationScenario, acquireTimeout: Duration = .seconds(60)) throws {
        let url = try #require(ProcessInfo.processInfo.environment["TEST_DATABASE_URL"])
        var components = try #require(URLComponents(string: url))
        proxy = try TCPProxy(to: components.port ?? 5432)
        components.host = "127.0.0.1"
        components.port = proxy.port
        var configuration = try PostgresConfiguration(url: try #require(components.string)).searching(scenario.schema)
        configuration.applicationName = "\(scenario.schema)_worker"
        configuration.poolSize = 1
        configuration.acquireTimeout = acquireTimeout
        client = PostgresClient(configuration: configuration, logger: PostgresScratch.logger)
        store = CertificationStore(
            client: client,
            outbox: PostgresOutbox(client: client, schema: scenario.schema, logger: PostgresScratch.logger), relay: nil,
            logger: PostgresScratch.logger)
    }

    /// As an attempt's conclusion does.
    func finish(_ claim: Claim) async throws -> WriteOutcome? {
        let held = HeldLease(certificationID: claim.certificationID, fence: claim.fence)
        let store = store
        let verdict = try CertificationScenario.verdict(.certified, at: claim.startedAt)
        return try await DatabasePatience(logger: log.logger).write(
            under: Lease(held, of: claim.jobID, validUntil: .now + .seconds(60))
        ) {
            try await store.finish(
                claim, with: verdict, facts: CertificationScenario.facts, now: claim.startedAt)
        }
    }

    func close() async {
        await client.close()
        proxy.close()
    }
}
