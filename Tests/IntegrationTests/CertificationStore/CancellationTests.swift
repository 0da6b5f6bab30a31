import CertificationStore
import Contracts
import Foundation
import Messaging
import Postgres
import Testing

@testable import CertificationProcessor
@testable import Gateway

@Suite("Cancelling a job", .timeLimit(.minutes(2)))
struct CancellationTests {
    @Test("What runs is stopped at once, long before its lease would be renewed")
    func notified() async throws {
        try await CertificationScenario.run { scenario in
            let processor = HandlerScenario(scenario, [.hang], renewal: .seconds(3_600))
            let (job, certifications) = try await scenario.job(of: ["a.runs", "b.waits"])
            let (disposition, outcome, took) = try await processor.keepingLeases {
                try await Self.listening(to: scenario)
                async let disposition = processor.handle(certifications[0])
                for await _ in processor.model.waiting { break }
                let asked = ContinuousClock.now
                let cancellation = JobCancellation(store: scenario.store, patience: .seconds(20))
                let outcome = try await cancellation.cancel(job.id, by: "ada", now: scenario.start)
                return (try await disposition, outcome, ContinuousClock.now - asked)
            }
            #expect(disposition == .done)
            #expect(took < .seconds(20))
            guard case .cancelled(let result) = outcome else { throw Unexpected("the job was not cancelled") }
            #expect(result.job.status == .cancelled)
            #expect(result.certifications.map(\.stopOutcome) == [.stopped, .notStarted])
        }
    }

    @Test("A retry that waits ends with its job, and has been stopped")
    func retrying() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            try await scenario.retry(
                try await scenario.claim(certifications[0]), at: scenario.start.addingTimeInterval(60))
            guard
                case .cancelled(let cancelled) = try await scenario.store.cancel(job.id, by: "ada", now: scenario.start)
            else {
                throw Unexpected("the job was not cancelled")
            }
            #expect(cancelled.status == .cancelled)
            #expect(try await scenario.record(certifications[0].id).stopOutcome == .stopped)
            guard case .finished(.cancelled) = try await scenario.tryToClaim(certifications[0], attempt: 2) else {
                throw Unexpected("the retry of a cancelled certification was run")
            }
        }
    }

    @Test("A certification whose worker is dead ends with its job, at the latest when its lease has run out")
    func deadWorker() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(of: ["a.dead", "b.dying"])
            let claims = [try await scenario.claim(certifications[0]), try await scenario.claim(certifications[1])]
            try await scenario.loseWorker(of: claims[0])
            _ = try await scenario.store.cancel(job.id, by: "ada", now: scenario.start)
            let outcomes = try await scenario.store.certifications(of: job.id).map(\.stopOutcome)
            #expect(outcomes == [.stopped, .stopping])
            try await scenario.loseWorker(of: claims[1])
            _ = try await scenario.store.cancel(job.id, by: "ada", now: scenario.start)
            #expect(try await scenario.store.job(job.id)?.status == .cancelled)
        }
    }

    @Test("Cancelled many times at once a job ends once, and everybody is told the same")
    func atOnce() async throws {
        try await CertificationScenario.run { scenario in
            let (job, _) = try await scenario.job(of: ["a.one", "b.two"])
            let outcomes = try await withThrowingTaskGroup(of: CancelOutcome.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await scenario.store.cancel(job.id, by: "ada", now: scenario.start) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let record = try #require(try await scenario.store.job(job.id))
            #expect(outcomes == Array(repeating: .cancelled(record), count: 8))
            #expect(try await scenario.outboxPayloads(JobFinished.self).count == 1)
            #expect(try await scenario.outboxPayloads(CertificationFinished.self).count == 2)
            #expect(try await scenario.count("operator_actions") == 1)
        }
    }

    @Test("Whoever cancels a job first is recorded with it, and nobody for what changes nothing")
    func recorded() async throws {
        try await CertificationScenario.run { scenario in
            let (job, _) = try await scenario.job(of: ["a.one"])
            for who in ["ada", "eve"] { _ = try await scenario.store.cancel(job.id, by: who, now: scenario.start) }
            #expect(try await scenario.store.cancel(JobID(), by: "eve", now: scenario.start) == .notFound)
            let rows = try await scenario.client.query("SELECT who, action, subject FROM operator_actions")
            let row = try #require(rows.first)
            #expect(rows.count == 1)
            #expect(try row.decode(String.self, "who") == "ada")
            #expect(try row.decode(String.self, "action") == "job.cancel")
            #expect(try row.decode(String.self, "subject") == "job=\(job.id)")
        }
    }

    @Test("A claim that is given back in a cancelled job is not run again")
    func givenBack() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job()
            let claim = try await scenario.claim(certifications[0])
            _ = try await scenario.store.cancel(job.id, by: "ada", now: scenario.start)
            _ = try await scenario.store.release(claim)
            guard case .cancelled = try await scenario.tryToClaim(certifications[0]) else {
                throw Unexpected("a cancelled certification was claimed")
            }
            #expect(try await scenario.store.job(job.id)?.status == .cancelled)
        }
    }

    /// Returns once the keeper's session listens.
    private static func listening(to scenario: CertificationScenario) async throws {
        try await PostgresScratch.wait(until: "query LIKE 'LISTEN %_cancelled%'", of: scenario.client)
    }
}
