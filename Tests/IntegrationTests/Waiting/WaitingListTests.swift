import CertificationStore
import Contracts
import Foundation
import Postgres
import Testing

@Suite("The list of waiting work")
struct WaitingListTests {
    @Test("It shows retries and what was put off, the soonest first, with why and since when")
    func list() async throws {
        try await CertificationScenario.run { scenario in
            let retries = try await scenario.retrying(["a.late", "b.soon"], in: 600)
            let deferred = try await scenario.deferred("c.deferred", for: .seconds(60))
            let items = try await scenario.waiting()
            #expect(items.map(\.certificationID) == [deferred.id, retries[0].id, retries[1].id])
            #expect(items.map(\.kind) == [.deferred, .retry, .retry])
            #expect(items.map(\.attempt) == [1, 2, 2])
            #expect(items.map(\.reasonCode) == [nil, "NETWORK", "NETWORK"])
            #expect(items.allSatisfy { $0.lane == .normal && $0.due > Date() })
            #expect(items[0].waitingSince < items[0].due)
            #expect(items[1].waitingSince == scenario.start)
            #expect(items[1].target == retries[0].target)
            #expect(items[1].jobID == retries[0].jobID)
        }
    }

    @Test("It is filtered by kind, job, model and region")
    func filters() async throws {
        try await CertificationScenario.run { scenario in
            let first = try await scenario.retrying(["a.one", "b.two"])
            let second = try await scenario.deferred("a.one", for: .seconds(60))
            func found(_ filter: WaitingFilter) async throws -> Set<CertificationID> {
                Set(try await scenario.waiting(filter).map(\.certificationID))
            }
            #expect(try await found(WaitingFilter(kind: .deferred)) == [second.id])
            #expect(try await found(WaitingFilter(kind: .retry)) == Set(first.map(\.id)))
            #expect(try await found(WaitingFilter(job: first[0].jobID)) == Set(first.map(\.id)))
            #expect(try await found(WaitingFilter(model: "a.one")) == [first[0].id, second.id])
            #expect(try await found(WaitingFilter(model: "a.one", region: "us-east-1")).count == 2)
            #expect(try await found(WaitingFilter(region: "eu-west-1")).isEmpty)
        }
    }

    @Test("What will change nothing any more does not wait: ended, running, made, due and unreadable requests")
    func hidden() async throws {
        try await CertificationScenario.run { scenario in
            let cancelled = try await scenario.retrying(["a.cancelled"])
            _ = try await scenario.store.cancel(cancelled[0].jobID, by: "ada", now: scenario.start)
            // Its copy waits although the first delivery came again and is worked on.
            let running = try await scenario.deferred("b.running", for: .seconds(600))
            _ = try await scenario.claim(running)
            // A copy of the first attempt, which was made.
            let made = try await scenario.deferred("c.made", for: .seconds(600))
            try await scenario.retry(try await scenario.claim(made), at: Date().addingTimeInterval(60))
            let due = try await scenario.deferred("d.due", for: .seconds(600))
            try await scenario.client.execute(
                "UPDATE outbox SET not_before = now() WHERE correlation_id = \(due.jobID.rawValue)")
            let broken = try await scenario.deferred("e.broken", for: .seconds(600))
            try await scenario.client.execute(
                "UPDATE outbox SET body = '\\xff00fe' WHERE correlation_id = \(broken.jobID.rawValue)")
            let items = try await scenario.waiting()
            #expect(items.map(\.certificationID) == [made.id])
            #expect(items.map(\.attempt) == [2])
        }
    }

    @Test("A page goes on where the one before ended, even when its last item has gone")
    func pages() async throws {
        try await CertificationScenario.run { scenario in
            _ = try await scenario.retrying((0..<5).map { ModelID("model.\($0)") })
            let all = try await scenario.waiting()
            let first = try await scenario.store.waiting(matching: WaitingFilter(), after: nil, limit: 2)
            #expect(first == Array(all.prefix(2)))
            let last = try #require(first.last)
            try await scenario.act(.cancel, on: last)
            let rest = try await scenario.store.waiting(
                matching: WaitingFilter(), after: WaitingCursor(due: last.due, id: last.id), limit: 10)
            #expect(rest == Array(all.dropFirst(2)))
        }
    }

    @Test("Ten thousand waiting items are listed by page and by job within a moment")
    func many() async throws {
        try await CertificationScenario.run(dispatchWindow: 10_000) { scenario in
            let (job, certifications) = try await scenario.job(of: (0..<10_000).map { ModelID("model.\($0)") })
            try await scenario.client.execute(
                "UPDATE outbox SET not_before = now() + interval '1 hour' WHERE type = 'certification.requested'")
            try await scenario.client.execute("ANALYZE")
            let start = ContinuousClock.now
            #expect(try await scenario.waiting().count == 100)
            #expect(try await scenario.waiting(WaitingFilter(job: job.id, model: "model.9999")).count == 1)
            let took = ContinuousClock.now - start
            #expect(took < .seconds(15), "\(took)")
            #expect(certifications.count == 10_000)
        }
    }
}
