import Certification
import CertificationStore
import Contracts
import Foundation
import Messaging
import MessagingPostgres
import Postgres
import Synchronization
import Testing

@Suite("Dispatching a job's targets", .timeLimit(.minutes(5)))
struct DispatchTests {
    private func store(_ scenario: CertificationScenario, window: Int) -> CertificationStore {
        CertificationStore(
            client: scenario.client, outbox: scenario.outbox, relay: nil, dispatchWindow: window,
            logger: PostgresScratch.logger)
    }

    @Test("Only a window of targets is requested; each that ends is followed by the next, until all are judged")
    func window() async throws {
        try await CertificationScenario.run { scenario in
            let lane = TestLane(scenario, store(scenario, window: 3))
            let job = try await lane.submit(count: 10)
            #expect(try await lane.waitingRequests() == 3)
            var handled = 0
            while let message = try await lane.next() {
                try await lane.certify(message)
                handled += 1
                #expect(try await lane.waitingRequests() == min(3, 10 - handled))
            }
            #expect(handled == 10)
            #expect(try await scenario.store.job(job)?.status == .completed)
        }
    }

    @Test("A job of ten thousand targets delays a job of one by no more than its window")
    func fairness() async throws {
        try await CertificationScenario.run { scenario in
            let lane = TestLane(scenario, store(scenario, window: 200))
            let large = try await lane.submit(count: 10_000)
            let small = try await lane.submit(count: 1)
            let started = ContinuousClock.now
            var before = 0
            while let message = try await lane.next() {
                try await lane.certify(message)
                guard message.correlationID != small else { break }
                before += 1
            }
            let took = ContinuousClock.now - started
            print("a job of 1 behind a job of 10,000: ended after \(before) other targets, \(took)")
            #expect(try await scenario.store.job(small)?.status == .completed)
            #expect(before <= 200)
            #expect(try await scenario.store.job(large)?.counts[.queued] == 10_000 - before)

            // In the middle of it all, a cancel leaves nothing to be dispatched or stuck.
            _ = try await lane.store.cancel(large, by: "ada", now: scenario.start)
            let cancelled = try #require(try await scenario.store.job(large))
            #expect(cancelled.status == .cancelled)
            #expect(cancelled.counts == [.certified: before, .cancelled: 10_000 - before])
            #expect(try await lane.store.fillDispatchWindows(now: scenario.start).isEmpty)
        }
    }

    @Test("However many processors end targets at once, each target is dispatched exactly once")
    func exactlyOnce() async throws {
        try await CertificationScenario.run { scenario in
            let lane = TestLane(scenario, store(scenario, window: 25))
            let job = try await lane.submit(count: 400)
            let tally = RequestTally()
            try await withThrowingTaskGroup(of: Void.self) { processors in
                for _ in 0..<20 {
                    processors.addTask {
                        while true {
                            guard let message = try await lane.next() else {
                                // Another may be about to dispatch the next.
                                guard try await scenario.store.job(job)?.status.isTerminal == false else { return }
                                await Task.yield()
                                continue
                            }
                            let id = try message.payload(as: CertificationRequested.self).certificationID
                            tally.count(id)
                            try await lane.certify(message)
                        }
                    }
                }
                try await processors.waitForAll()
            }
            #expect(tally.counts.count == 400)
            #expect(Set(tally.counts.values) == [1])
            #expect(try await scenario.store.job(job)?.counts == [.certified: 400])
        }
    }

    @Test("The sweeper fills a window that was widened, and what was never dispatched does not expire")
    func filling() async throws {
        try await CertificationScenario.run { scenario in
            let job = try await TestLane(scenario, store(scenario, window: 2)).submit(count: 10)
            let wide = store(scenario, window: 6)
            let later = scenario.start.addingTimeInterval(100_000)
            #expect(try await wide.endExpired(now: later).isEmpty)
            #expect(try await wide.fillDispatchWindows(now: later) == [job: 4])
            #expect(try await wide.fillDispatchWindows(now: later).isEmpty)
            #expect(try await TestLane(scenario, wide).waitingRequests() == 6)
        }
    }
}

/// How often each certification was requested.
private final class RequestTally: Sendable {
    private let requests = Mutex<[CertificationID: Int]>([:])

    func count(_ id: CertificationID) { requests.withLock { $0[id, default: 0] += 1 } }

    var counts: [CertificationID: Int] { requests.withLock { $0 } }
}

/// A queue in front of processors: the outbox's requests, oldest first.
private struct TestLane: Sendable {
    let scenario: CertificationScenario
    let store: CertificationStore

    init(_ scenario: CertificationScenario, _ store: CertificationStore) {
        self.scenario = scenario
        self.store = store
    }

    func submit(count: Int) async throws -> JobID {
        let id = JobID()
        let targets = (0..<count).map { number in
            SubmittedTarget(
                certificationID: CertificationID(),
                target: Target(
                    provider: .bedrock, model: ModelID("vendor.m\(number)"), region: "us-east-1", profile: .inRegion),
                modelName: "Model \(number)")
        }
        _ = try await store.submit(
            JobSubmission(
                id: id, requestedBy: "ada", idempotencyKey: nil, fingerprint: nil, suite: .base, lane: .normal,
                regions: ["us-east-1"], notify: [], targets: targets, skipped: [], trace: TraceContext(),
                createdAt: scenario.start))
        return id
    }

    func waitingRequests() async throws -> Int {
        try await scenario.count("outbox WHERE type = 'certification.requested'")
    }

    /// Takes the oldest request, as the broker would deliver it to one processor.
    func next() async throws -> IncomingMessage? {
        let rows = try await scenario.client.query(
            """
            DELETE FROM outbox WHERE id = (
                SELECT id FROM outbox WHERE type = 'certification.requested' ORDER BY not_before, id LIMIT 1
                FOR UPDATE SKIP LOCKED)
            RETURNING id, body
            """)
        guard let row = rows.first else { return nil }
        let request = try MessageCoding.decode(CertificationRequested.self, from: try row.decode(Data.self, "body"))
        let record = try await scenario.record(request.certificationID)
        return try scenario.request(record, id: MessageID(rawValue: try row.decode("id")))
    }

    func certify(_ message: IncomingMessage) async throws {
        let request = try message.payload(as: CertificationRequested.self)
        let outcome = try await store.claim(
            request.certificationID, of: message, owner: scenario.owner, leaseDuration: .seconds(15),
            mayTakeSuspect: true, now: scenario.start)
        guard case .claimed(let claim) = outcome else { throw Unexpected("not claimed: \(outcome)") }
        _ = try await store.finish(
            claim, with: try CertificationScenario.verdict(.certified, at: scenario.start),
            facts: CertificationScenario.facts, now: scenario.start)
    }
}
