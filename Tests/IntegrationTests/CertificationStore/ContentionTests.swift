import CertificationStore
import Contracts
import Foundation
import Messaging
import MessagingPostgres
import Postgres
import Synchronization
import Testing

@Suite("Everything at once", .timeLimit(.minutes(3)))
struct ContentionTests {
    @Test("Workers, cancels, sweeps, renewals and submissions do not lock each other out, and every job ends once")
    func contention() async throws {
        try await CertificationScenario.run { scenario in
            let bench = try await ContentionBench(scenario)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await withThrowingTaskGroup(of: Void.self) { workers in
                        for certification in bench.certifications.shuffled() {
                            workers.addTask { try await bench.work(on: certification) }
                        }
                        try await workers.waitForAll()
                    }
                    bench.isOver.store(true, ordering: .relaxed)
                }
                group.addTask { try await bench.repeatedly { try await bench.sweep() } }
                group.addTask { try await bench.repeatedly { try await bench.sweep() } }
                group.addTask { try await bench.repeatedly { try await bench.renew() } }
                group.addTask { try await bench.repeatedly { try await bench.submit() } }
                try await group.waitForAll()
            }
            // What died last has nobody but the sweeper to take it up, and nobody to work on it then.
            try await bench.client.execute(
                "UPDATE certifications SET lease_expires_at = clock_timestamp() WHERE status = 'PROCESSING'")
            try await bench.sweep()
            for certification in bench.certifications { try await bench.work(on: certification, mayFail: false) }

            #expect(bench.log.count(of: "A transaction lost against another one and runs again") == 0)
            #expect(bench.log.count(of: "A certification could not be swept up") == 0)
            try await bench.expectEveryEndOnce()
            await bench.client.close()
        }
    }
}

/// Ten jobs of the same twenty targets, and everything that may happen to them.
private final class ContentionBench: Sendable {
    let scenario: CertificationScenario
    /// A pool as small as a processor's.
    let client: PostgresClient
    let store: CertificationStore
    let log = LogWatch()
    let certifications: [CertificationRecord]
    let isOver = Atomic(false)
    private let claims = Atomic(0)
    private let leases = Mutex<Set<HeldLease>>([])

    private static let models = (10..<30).map { ModelID("vendor.model-\($0)") }

    init(_ scenario: CertificationScenario) async throws {
        self.scenario = scenario
        var configuration = scenario.client.configuration
        configuration.poolSize = 10
        client = PostgresClient(configuration: configuration, logger: log.logger)
        let outbox = PostgresOutbox(client: client, schema: scenario.schema, logger: log.logger)
        store = CertificationStore(client: client, outbox: outbox, relay: nil, logger: log.logger)
        var certifications: [CertificationRecord] = []
        for _ in 0..<10 { certifications += try await scenario.job(of: Self.models).certifications }
        self.certifications = certifications
        // As the relay leaves it.
        let names = CertificationRequested.typeNames
        try await client.execute("DELETE FROM outbox WHERE type = ANY(\(names))")
    }

    func repeatedly(_ body: () async throws -> Void) async throws {
        repeat { try await body() } while !isOver.load(ordering: .relaxed)
    }

    func sweep() async throws {
        _ = try await store.requeueAbandoned(leaseExpiredFor: .zero, now: scenario.start)
        _ = try await store.endExpired(now: scenario.start)
    }

    func renew() async throws {
        let held = leases.withLock { Array($0) }
        _ = try await store.renew(held, owner: scenario.owner, leaseDuration: .seconds(15))
    }

    /// A job of the same targets that ends with its submission, and so changes the same pointers.
    func submit() async throws {
        _ = try await scenario.submit(Self.models.shuffled(), unsupported: Set(Self.models))
    }

    /// Works on a certification until it has ended, or until its worker has died.
    func work(on certification: CertificationRecord, mayFail: Bool = true) async throws {
        let record = try await scenario.record(certification.id)
        var attempt = record.status == .retrying ? record.attempts + 1 : max(1, record.attempts)
        while true {
            let outcome = try await store.claim(
                certification.id, of: try scenario.request(certification, attempt: attempt), owner: scenario.owner,
                leaseDuration: .seconds(15), mayTakeSuspect: true, now: scenario.start)
            guard case .claimed(let claim) = outcome else { return }
            let lease = HeldLease(certificationID: claim.certificationID, fence: claim.fence)
            leases.withLock { _ = $0.insert(lease) }
            defer { leases.withLock { _ = $0.remove(lease) } }
            // In the thick of it a few jobs are cancelled.
            if claims.add(1, ordering: .relaxed).newValue % 50 == 0 {
                _ = try await store.cancel(claim.jobID, by: "ada", now: scenario.start)
            }
            _ = try await store.record(CertificationScenario.result(.pass, attempt: attempt), under: claim)
            switch mayFail ? Int.random(in: 0..<6) : 0 {
            case 0...2:
                let verdict = try CertificationScenario.verdict(.certified, at: scenario.start)
                _ = try await store.finish(
                    claim, with: verdict, facts: CertificationScenario.facts, now: scenario.start)
                return
            case 3:
                _ = try await store.retry(
                    claim, because: Reason(code: "NETWORK", text: "As scripted.", remedy: nil), at: scenario.start,
                    facts: CertificationScenario.facts, now: scenario.start)
                attempt += 1
            case 4:
                _ = try await store.release(claim)
            default:
                try await scenario.loseWorker(of: claim)
                if Bool.random() { return }
            }
        }
    }

    func expectEveryEndOnce() async throws {
        let ids = Set(certifications.map(\.id))
        let jobs = Set(certifications.map(\.jobID))
        let endings = try await scenario.outboxPayloads(CertificationFinished.self)
            .map(\.certification.certificationID).filter(ids.contains)
        #expect(endings.count == ids.count)
        #expect(Set(endings) == ids)
        let jobEndings = try await scenario.outboxPayloads(JobFinished.self).map(\.jobID).filter(jobs.contains)
        #expect(jobEndings.count == jobs.count)
        #expect(Set(jobEndings) == jobs)
        let verdicts: SQLStatement = """
            (SELECT FROM runs WHERE status <> 'RETRYING' GROUP BY certification_id HAVING count(*) > 1) AS repeated
            """
        #expect(try await scenario.count(verdicts) == 0)
    }
}
