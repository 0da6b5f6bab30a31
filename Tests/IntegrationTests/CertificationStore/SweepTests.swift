import CertificationStore
import Contracts
import Foundation
import Postgres
import Testing

@Suite("Sweeping up what nobody works on")
struct SweepTests {
    private static let lifetime: TimeInterval = 65 * 60

    @Test("A certification whose worker died is requested again, by one of several sweepers")
    func requeues() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job(of: ["a.dead", "b.fresh"])
            let dead = try await scenario.claim(certifications[0])
            let fresh = try await scenario.claim(certifications[1])
            try await scenario.loseWorker(of: dead, since: 31)
            try await scenario.loseWorker(of: fresh, since: 5)
            let actions = try await withThrowingTaskGroup(of: [CertificationID: SweepAction].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await scenario.store.requeueAbandoned(leaseExpiredFor: .seconds(30), now: scenario.start)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1.map { [$0.key: $0.value] } }
            }
            #expect(actions == [[dead.certificationID: .requeued]])
            #expect(try await scenario.record(dead.certificationID).status == .queued)
            #expect(try await scenario.record(fresh.certificationID).status == .processing)
            let requests = try await scenario.outboxPayloads(CertificationRequested.self)
            #expect(requests.filter { $0.certificationID == dead.certificationID }.count == 2)
            #expect(try await scenario.finish(dead) == .stale)
            #expect(try await scenario.claim(certifications[0]).attempt == 1)
        }
    }

    @Test("A worker's third death ends the certification, a cancelled job's ends cancelled")
    func ends() async throws {
        try await CertificationScenario.run { scenario in
            let (job, dying) = try await scenario.job()
            for _ in 0..<3 {
                let claim = try await scenario.claim(dying[0])
                try await scenario.loseWorker(of: claim, since: 31)
                _ = try await scenario.store.requeueAbandoned(leaseExpiredFor: .seconds(30), now: scenario.start)
            }
            #expect(try await scenario.record(dying[0].id).reasonCode == "WORKER_DIED")
            let letters = try await scenario.client.query(
                """
                SELECT attempt, extra_headers->>'x-original-queue' AS queue FROM outbox
                WHERE exchange = 'certforge.dead-letter' AND extra_headers->>'x-cause' = 'worker-died'
                """)
            #expect(try letters.map { try $0.decode(String.self, "queue") } == ["certification.requests.normal"])
            #expect(try letters.map { try $0.decode(Int.self, "attempt") } == [1])
            #expect(try await scenario.store.job(job.id)?.status == .failed)

            let (cancelledJob, cancelled) = try await scenario.job()
            let claim = try await scenario.claim(cancelled[0])
            _ = try await scenario.store.cancel(cancelledJob.id, by: "ada", now: scenario.start)
            try await scenario.loseWorker(of: claim, since: 31)
            let actions = try await scenario.store.requeueAbandoned(leaseExpiredFor: .seconds(30), now: scenario.start)
            #expect(actions == [claim.certificationID: .ended(.cancelled)])
            #expect(try await scenario.store.job(cancelledJob.id)?.status == .cancelled)
        }
    }

    @Test("A request that evidently expired ends its certification inconclusive, and the job with it")
    func expires() async throws {
        try await CertificationScenario.run { scenario in
            let (job, certifications) = try await scenario.job(of: ["a.queued", "b.retrying"])
            try await scenario.retry(
                try await scenario.claim(certifications[1]), at: scenario.start.addingTimeInterval(60))
            let store = scenario.store
            // The relay has published what is due.
            try await scenario.client.execute("DELETE FROM outbox WHERE attempt = 1")
            #expect(try await store.endExpired(now: scenario.start).isEmpty)
            #expect(try await store.endExpired(now: scenario.start.addingTimeInterval(Self.lifetime - 1)).isEmpty)
            let first = try await store.endExpired(now: scenario.start.addingTimeInterval(Self.lifetime + 1))
            #expect(first == [certifications[0].id: .ended(.inconclusive)])
            #expect(try await scenario.record(certifications[0].id).reasonCode == "EXPIRED")

            let later = scenario.start.addingTimeInterval(2 * Self.lifetime)
            try await scenario.client.execute("DELETE FROM outbox WHERE attempt = 2")
            #expect(try await store.endExpired(now: later).isEmpty)
            let second = try await store.endExpired(now: later.addingTimeInterval(Self.lifetime + 1))
            #expect(second == [certifications[1].id: .ended(.inconclusive)])
            #expect(try await store.job(job.id)?.status == .failed)
            #expect(try await scenario.outboxPayloads(JobFinished.self).map(\.counts) == [["INCONCLUSIVE": 2]])
        }
    }

    @Test("A request has its whole time in the queue, however late it left the outbox")
    func unpublished() async throws {
        try await CertificationScenario.run { scenario in
            let (_, certifications) = try await scenario.job()
            let late = scenario.start.addingTimeInterval(Self.lifetime + 1)
            #expect(try await scenario.store.endExpired(now: late).isEmpty)
            #expect(try await scenario.record(certifications[0].id).status == .queued)
            // Published at last, long before the next sweep.
            try await scenario.client.execute("DELETE FROM outbox")
            let next = late.addingTimeInterval(2 * Self.lifetime)
            #expect(try await scenario.store.endExpired(now: next).isEmpty)
            #expect(try await scenario.store.endExpired(now: next.addingTimeInterval(Self.lifetime - 1)).isEmpty)
            #expect(try await scenario.store.endExpired(now: next.addingTimeInterval(Self.lifetime + 1)).count == 1)
        }
    }

    @Test("A certification that cannot be swept up does not keep the others waiting")
    func damaged() async throws {
        try await CertificationScenario.run { scenario in
            let (damaged, first) = try await scenario.job()
            let (_, second) = try await scenario.job()
            for (certification, seconds) in [(first[0], 60.0), (second[0], 31)] {
                try await scenario.loseWorker(of: try await scenario.claim(certification), since: seconds)
            }
            try await scenario.client.execute("UPDATE jobs SET skipped = '{}' WHERE id = \(damaged.id.rawValue)")
            let actions = try await scenario.store.requeueAbandoned(leaseExpiredFor: .seconds(30), now: scenario.start)
            #expect(actions == [second[0].id: .requeued])
        }
    }
}
