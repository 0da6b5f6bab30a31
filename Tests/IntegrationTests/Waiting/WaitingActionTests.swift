import CertificationStore
import Contracts
import Foundation
import Messaging
import MessagingPostgres
import Postgres
import Testing

@Suite("What operators do to waiting work")
struct WaitingActionTests {
    @Test("Run now makes it due, certification and relay follow, and a second time it is on its way")
    func runNow() async throws {
        try await CertificationScenario.run { scenario in
            let retries = try await scenario.retrying(["a.model"])
            let item = try await scenario.item(of: retries[0])
            let moved = try #require(try await scenario.act(.runNow, on: item))
            #expect(abs(moved.due.timeIntervalSinceNow) < 60)
            #expect(try await scenario.record(retries[0].id).nextAttemptAt == moved.due)
            #expect(try await scenario.waiting().isEmpty)
            #expect(try await scenario.act(.runNow, on: item) == nil)
            let claimed = try await scenario.outbox.claim(limit: 10, for: UUID(), claimDuration: .seconds(5))
            #expect(claimed.map(\.id) == [item.id])
            #expect(try await scenario.claim(retries[0], attempt: 2).attempt == 2)
        }
    }

    @Test("Relays are told when work is sent now")
    func announced() async throws {
        try await CertificationScenario.run { scenario in
            let retries = try await scenario.retrying(["a.model"])
            let item = try await scenario.item(of: retries[0])
            var rings = scenario.client.listen(to: "\(scenario.schema)_outbox").makeAsyncIterator()
            // The first element says that the listener is connected.
            _ = await rings.next()
            try await scenario.act(.runNow, on: item)
            let ring = try #require(await rings.next())
            #expect(ring.channel == "\(scenario.schema)_outbox")
        }
    }

    @Test("What a relay has claimed is left to it, whatever is asked")
    func claimed() async throws {
        try await CertificationScenario.run { scenario in
            let retries = try await scenario.retrying(["a.model"])
            let item = try await scenario.item(of: retries[0])
            try await scenario.client.execute(
                "UPDATE outbox SET claimed_by = \(UUID()), claimed_until = now() + interval '1 minute'")
            for action: WaitingAction in [.runNow, .postponeBy(60), .cancel] {
                #expect(try await scenario.act(action, on: item) == nil)
            }
            #expect(try await scenario.record(retries[0].id).status == .retrying)
            #expect(try await scenario.count("operator_actions") == 0)
        }
    }

    @Test("Postponed work does not expire while it waits, however long, and has its whole time afterwards")
    func postponed() async throws {
        try await CertificationScenario.run { scenario in
            let deferred = try await scenario.deferred("a.model", for: .seconds(60))
            let item = try await scenario.item(of: deferred)
            // The request that the certification knows of has left long ago: a processor put it off under another id.
            _ = try await scenario.store.endExpired(now: Date())
            let until = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 20 * 86_400).rounded())
            let moved = try #require(try await scenario.act(.postpone(until: until), on: item))
            #expect(moved.due == until)
            #expect(try await scenario.store.endExpired(now: Date().addingTimeInterval(10 * 86_400)).isEmpty)
            #expect(try await scenario.record(deferred.id).status == .queued)
            let again = try #require(try await scenario.act(.postponeBy(30), on: moved))
            #expect(again.due < until)
            #expect(try await scenario.waiting().map(\.due) == [again.due])
        }
    }

    @Test("What a limit put off says so, and follows when it is sent now")
    func limited() async throws {
        try await CertificationScenario.run { scenario in
            let retries = try await scenario.retrying(["a.model", "b.model"])
            try await scenario.client.execute(
                """
                UPDATE certifications SET deferred_until = now() + interval '10 minutes', deferred_because = 'quota'
                WHERE id = \(retries[0].id.rawValue)
                """)
            let items = try await scenario.waiting(WaitingFilter(kind: .deferred))
            #expect(items.map(\.certificationID) == [retries[0].id])
            #expect(items.map(\.reason) == ["quota"])
            #expect(try await scenario.waiting(WaitingFilter(kind: .retry)).map(\.certificationID) == [retries[1].id])
            try await scenario.act(.runNow, on: items[0])
            #expect(try await scenario.count("certifications WHERE deferred_until <= clock_timestamp()") == 1)
        }
    }

    @Test("A cancelled item ends with its event, and the job with its last one")
    func cancelled() async throws {
        try await CertificationScenario.run { scenario in
            let retries = try await scenario.retrying(["a.one", "b.two"])
            try await scenario.act(.cancel, on: try await scenario.item(of: retries[0]))
            let first = try await scenario.record(retries[0].id)
            #expect(first.status == .cancelled)
            #expect(first.reasonCode == "CANCELLED")
            #expect(first.nextAttemptAt == nil)
            #expect(try await scenario.store.job(first.jobID)?.status == .processing)
            #expect(try await scenario.outboxPayloads(JobFinished.self).isEmpty)
            #expect(try await scenario.waiting().map(\.certificationID) == [retries[1].id])

            try await scenario.act(.cancel, on: try await scenario.item(of: retries[1]))
            #expect(try await scenario.store.job(first.jobID)?.status == .cancelled)
            #expect(try await scenario.outboxPayloads(JobFinished.self).map(\.counts) == [["CANCELLED": 2]])
            #expect(try await scenario.outboxPayloads(CertificationFinished.self).count == 2)
            #expect(try await scenario.outboxPayloads(CertificationRequested.self).isEmpty)
            // A delivery that comes again all the same changes nothing.
            guard case .finished(.cancelled) = try await scenario.tryToClaim(retries[0], attempt: 2) else {
                Issue.record("a cancelled certification was claimed")
                return
            }
        }
    }

    private static let unclaimed: SQLStatement =
        "outbox WHERE type = 'certification.requested' AND claimed_until IS NULL"

    @Test("Of operators and relays at once each item goes to one, and every job ends once")
    func contention() async throws {
        try await CertificationScenario.run { scenario in
            let number = 40
            for index in 0..<4 {
                _ = try await scenario.retrying((0..<(number / 4)).map { ModelID("model.\(index).\($0)") })
            }
            let claimed = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        var claimed = 0
                        while try await scenario.count(Self.unclaimed) > 0 {
                            claimed += try await scenario.outbox.claim(
                                limit: 3, for: UUID(), claimDuration: .seconds(60)
                            ).count { $0.type.name == "certification.requested" }
                        }
                        return claimed
                    }
                    group.addTask {
                        var round = 0
                        while let item = try await scenario.waiting().randomElement() {
                            round += 1
                            try await scenario.act(round % 3 == 0 ? .cancel : .runNow, on: item)
                        }
                        return 0
                    }
                    group.addTask {
                        _ = try await scenario.store.act(
                            .cancel, onAll: WaitingFilter(model: "model.1.1"), by: "eve", now: Date())
                        return 0
                    }
                }
                return try await group.reduce(0, +)
            }
            let cancelled = try await scenario.count("certifications WHERE status = 'CANCELLED'")
            let retrying = try await scenario.count("certifications WHERE status = 'RETRYING'")
            #expect(cancelled + retrying == number)
            #expect(claimed == retrying)
            #expect(cancelled >= 1)
            #expect(try await scenario.outboxPayloads(CertificationFinished.self).count == cancelled)
            let ended = try await scenario.count("jobs WHERE finished_at IS NOT NULL")
            #expect(try await scenario.outboxPayloads(JobFinished.self).count == ended)
        }
    }

    @Test("Many at once: by filter, a limit a call, and every job with its own end")
    func bulk() async throws {
        try await CertificationScenario.run { scenario in
            let first = try await scenario.retrying(["a.one", "b.two", "c.three"])
            let second = try await scenario.retrying(["a.one"])
            let store = scenario.store
            let part = try await store.act(
                .runNow, onAll: WaitingFilter(region: "us-east-1"), by: "ada", limit: 1, now: Date())
            #expect(part == WaitingOutcome(changed: 1, hasMore: true))
            let nobody = try await store.act(.cancel, onAll: WaitingFilter(job: JobID()), by: "ada", now: Date())
            #expect(nobody == WaitingOutcome(changed: 0, hasMore: false))
            let rest = try await store.act(.cancel, onAll: WaitingFilter(region: "us-east-1"), by: "ada", now: Date())
            #expect(rest == WaitingOutcome(changed: 3, hasMore: false))
            #expect(try await scenario.waiting().isEmpty)
            let statuses =
                try await store.certifications(of: first[0].jobID).map(\.status)
                + store.certifications(of: second[0].jobID).map(\.status)
            #expect(statuses.count { $0 == .cancelled } == 3)
            #expect(try await scenario.outboxPayloads(CertificationFinished.self).count == 3)
        }
    }

    @Test("Who did what to what is kept with it")
    func recorded() async throws {
        try await CertificationScenario.run { scenario in
            let retries = try await scenario.retrying(["a.one", "b.two"])
            try await scenario.act(.postponeBy(60), on: try await scenario.item(of: retries[0]), by: "ada")
            _ = try await scenario.store.act(
                .cancel, onAll: WaitingFilter(job: retries[0].jobID), by: "eve", now: Date())
            let rows = try await scenario.client.query(
                "SELECT who, action, subject, jsonb_array_length(detail->'certifications') AS number FROM operator_actions ORDER BY id"
            )
            #expect(try rows.map { try $0.decode(String.self, "who") } == ["ada", "eve"])
            #expect(try rows.map { try $0.decode(String.self, "action") } == ["waiting.postpone", "waiting.cancel"])
            #expect(
                try rows.map { try $0.decode(String.self, "subject") }
                    == ["certification=\(retries[0].id)", "job=\(retries[0].jobID)"])
            #expect(try rows.map { try $0.decode(Int.self, "number") } == [1, 2])
        }
    }

    @Test("A thousand and more at once are acted on in parts, and all of them")
    func thousands() async throws {
        try await CertificationScenario.run(dispatchWindow: 10_000) { scenario in
            let (job, _) = try await scenario.job(of: (0..<2_500).map { ModelID("model.\($0)") })
            try await scenario.client.execute(
                "UPDATE outbox SET not_before = now() + interval '1 hour' WHERE type = 'certification.requested'")
            let outcome = try await scenario.store.act(
                .cancel, onAll: WaitingFilter(job: job.id), by: "ada", now: Date())
            #expect(outcome == WaitingOutcome(changed: 2_500, hasMore: false))
            #expect(try await scenario.store.job(job.id)?.status == .cancelled)
            #expect(try await scenario.outboxPayloads(JobFinished.self).count == 1)
            #expect(try await scenario.count("operator_actions") == 3)
        }
    }
}
