import CertificationStore
import Contracts
import CoreMetrics
import Foundation
import HTTPTypes
import HummingbirdTesting
import MetricsTestKit
import Postgres
import Synchronization
import Testing

@testable import Gateway
@testable import GatewayTests

@Suite("Schedules over HTTP, and the scheduler")
struct ScheduleAPITests {
    private struct View: Decodable {
        struct Firing: Decodable {
            var due: String
            var status: String
            var jobId: String?
            var why: String?
            var askedBy: String?
        }

        var id: String
        var name: String
        var cron: String?
        var timeZone: String?
        var every: Int?
        var paused: Bool
        var createdBy: String
        var due: [String]
        var counts: [String: Int]?
        var lastFirings: [Firing]?
    }

    private struct Page: Decodable {
        var firings: [View.Firing]
        var next: String?
    }

    private struct List: Decodable {
        var schedules: [View]
    }

    private static let path = "/api/v1/schedules"

    private static func body(_ name: String, _ timing: String) -> String {
        #"{"name":"\#(name)",\#(timing),"request":{"vendors":["amazon"],"regions":["us-east-1"]}}"#
    }

    private static func run(
        room: OutboxRoom = .unlimited, _ body: (CertificationScenario, TestGateway) async throws -> Void
    ) async throws {
        try await CertificationScenario.run { scenario in
            try await body(scenario, try await TestGateway(operations: scenario.store, outboxRoom: room))
        }
    }

    /// An outbox that the test fills and empties.
    private final class Backlog: Sendable {
        private let rows = Mutex(0)
        var room: OutboxRoom { OutboxRoom(limit: 100) { self.rows.withLock { $0 } } }
        func set(_ count: Int) { rows.withLock { $0 = count } }
    }

    private static let makeOverdue: SQLStatement =
        "UPDATE schedules SET anchor = anchor - interval '3 hours', next_due_at = anchor - interval '2 hours'"

    @Test("A schedule is made, listed, changed, paused and deleted")
    func life() async throws {
        try await Self.run { _, gateway in
            let timing = #""cron":"30 3 * * *","timeZone":"Europe/Berlin""#
            let made = try await gateway.send(.post, Self.path, body: Self.body("nightly", timing))
            #expect(made.status == .created)
            let view = try made.decode(View.self)
            #expect(made.headers[.location] == "\(Self.path)/\(view.id)")
            #expect(view.due.count == 5 && view.due == view.due.sorted())
            #expect(view.timeZone == "Europe/Berlin" && view.createdBy == "ada")
            let taken = try await gateway.send(.post, Self.path, body: Self.body("nightly", #""every":60"#))
            #expect(try taken.problem().name == "name-already-taken")
            #expect(try await gateway.send(.get, Self.path).decode(List.self).schedules.map(\.name) == ["nightly"])
            let paused = try await gateway.send(.patch, "\(Self.path)/\(view.id)", body: #"{"paused":true,"every":60}"#)
            #expect(paused.status == .ok)
            #expect(try paused.decode(View.self).due.isEmpty)
            let resumed = try await gateway.send(.patch, "\(Self.path)/\(view.id)", body: #"{"paused":false}"#)
            #expect(try resumed.decode(View.self).every == 60)
            #expect(try resumed.decode(View.self).due.count == 5)
            let refused = try await gateway.send(.patch, "\(Self.path)/\(view.id)", body: #"{"request":{}}"#)
            #expect(refused.status == .badRequest)
            #expect(try await gateway.send(.delete, "\(Self.path)/\(view.id)").status == .noContent)
            #expect(try await gateway.send(.get, "\(Self.path)/\(view.id)").status == .notFound)
            #expect(try await gateway.send(.patch, "\(Self.path)/\(view.id)", body: "{}").status == .notFound)
        }
    }

    @Test("A run by hand makes a job once for its key, and is among the firings")
    func runs() async throws {
        try await Self.run { scenario, gateway in
            let view = try await gateway.send(.post, Self.path, body: Self.body("n", #""every":3600"#)).decode(
                View.self)
            let path = "\(Self.path)/\(view.id)"
            let key = HTTPFields([HTTPField(name: try #require(HTTPField.Name("Idempotency-Key")), value: "k")])
            let first = try await gateway.send(.post, "\(path)/run", headers: key)
            let again = try await gateway.send(.post, "\(path)/run", headers: key)
            #expect(first.status == .accepted && again.status == .accepted)
            let job = try first.decode(JobView.self)
            #expect(try again.decode(JobView.self).id == job.id)
            _ = try await gateway.send(.post, "\(path)/run")
            let shown = try await gateway.send(.get, path).decode(View.self)
            #expect(shown.counts == ["FIRED": 2])
            #expect(shown.lastFirings?.map(\.askedBy) == ["ada", "ada"])
            let page = try await gateway.send(.get, "\(path)/firings?limit=1").decode(Page.self)
            let rest = try await gateway.send(.get, try #require(page.next)).decode(Page.self)
            #expect((page.firings + rest.firings).map(\.jobId) == shown.lastFirings?.map(\.jobId))
            #expect(rest.firings.map(\.jobId) == [job.id])
            #expect(try await scenario.count("jobs") == 2)
        }
    }

    @Test(
        "The scheduler fires what is due with the gateway's registry, reports what was missed, and says how long to wait"
    )
    func scheduler() async throws {
        try await Self.run { scenario, gateway in
            let view = try await gateway.send(.post, Self.path, body: Self.body("n", #""every":3600"#)).decode(
                View.self)
            let metrics = TestMetrics()
            let scheduler = Scheduler(
                store: scenario.store, planner: gateway.api.schedulePlanner,
                metrics: SchedulerMetrics(factory: metrics), logger: PostgresScratch.logger)
            #expect(await scheduler.round() == scheduler.longestSleep)
            try await scenario.client.execute(Self.makeOverdue)
            #expect(await scheduler.round() == scheduler.longestSleep)
            let shown = try await gateway.send(.get, "\(Self.path)/\(view.id)").decode(View.self)
            #expect(shown.counts?["FIRED"] == 1)
            let missed = try #require(shown.counts?["MISSED"])
            #expect((1...2).contains(missed))
            #expect(try metrics.expectCounter("schedules_missed_total").totalValue == Int64(missed))
            let job = try #require(shown.lastFirings?.first?.jobId.flatMap { JobID($0) })
            #expect(try await scenario.store.job(job)?.requestedBy == "ada")
            #expect(try await scenario.store.certifications(of: job).count > 1)
        }
    }

    @Test("Without room in the outbox nothing is run by hand, but a run that was accepted before is answered")
    func noRoomByHand() async throws {
        let backlog = Backlog()
        try await Self.run(room: backlog.room) { scenario, gateway in
            let view = try await gateway.send(.post, Self.path, body: Self.body("n", #""every":3600"#)).decode(
                View.self)
            let path = "\(Self.path)/\(view.id)/run"
            let key = HTTPFields([HTTPField(name: try #require(HTTPField.Name("Idempotency-Key")), value: "k")])
            let first = try await gateway.send(.post, path, headers: key).decode(JobView.self)
            backlog.set(100)
            let refused = try await gateway.send(.post, path)
            #expect(refused.headers[.retryAfter] == "5")
            #expect(try refused.problem().name == "outbox-full")
            #expect(try await gateway.send(.post, path, headers: key).decode(JobView.self).id == first.id)
            let missing = try await gateway.send(.post, "\(Self.path)/\(ScheduleID())/run")
            #expect(missing.status == .notFound)
            #expect(try await scenario.count("jobs") == 1)
            #expect(try await scenario.count("schedule_firings") == 1)
        }
    }

    @Test("Without room in the outbox due times stay as they are, which is said once; with room they are kept")
    func noRoom() async throws {
        let backlog = Backlog()
        try await Self.run(room: backlog.room) { scenario, gateway in
            _ = try await gateway.send(.post, Self.path, body: Self.body("n", #""every":3600"#))
            let (metrics, log) = (TestMetrics(), LogWatch())
            let scheduler = Scheduler(
                store: scenario.store, planner: gateway.api.schedulePlanner,
                metrics: SchedulerMetrics(factory: metrics), room: backlog.room, logger: log.logger)
            backlog.set(100)
            #expect(await scheduler.round() == scheduler.longestSleep)
            #expect(log.count(of: "Schedules wait for room in the outbox") == 0)
            try await scenario.client.execute(Self.makeOverdue)
            for _ in 1...2 { #expect(await scheduler.round() == .seconds(1)) }
            #expect(log.count(of: "Schedules wait for room in the outbox") == 1)
            #expect(try #require(try metrics.expectGauge("schedule_lag_seconds").lastValue) >= 7_200)
            #expect(try await scenario.count("schedule_firings") == 0)
            backlog.set(0)
            #expect(await scheduler.round() == scheduler.longestSleep)
            #expect(try await scenario.count("jobs") == 1)
            #expect(try metrics.expectGauge("schedule_lag_seconds").lastValue == 0)
            #expect(try metrics.expectCounter("schedules_missed_total").totalValue >= 1)
        }
    }

    @Test("A schedule that cannot be fired is late, and keeps the scheduler from no sleep")
    func brokenIsLate() async throws {
        try await Self.run { scenario, gateway in
            _ = try await gateway.send(.post, Self.path, body: Self.body("n", #""every":3600"#))
            try await scenario.client.execute(
                """
                UPDATE schedules SET every = NULL, cron = '@daily', time_zone = 'Mars/Phobos',
                    next_due_at = clock_timestamp() - interval '1 hour'
                """)
            let metrics = TestMetrics()
            let scheduler = Scheduler(
                store: scenario.store, planner: gateway.api.schedulePlanner,
                metrics: SchedulerMetrics(factory: metrics), logger: PostgresScratch.logger)
            #expect(await scheduler.round() == scheduler.longestSleep)
            #expect(try #require(try metrics.expectGauge("schedule_lag_seconds").lastValue) >= 3_600)
        }
    }

    @Test("Schedulers that run beside each other wake up for a change, fire once, and stop when they are told to")
    func services() async throws {
        try await Self.run { scenario, gateway in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    let scheduler = Scheduler(
                        store: scenario.store, planner: gateway.api.schedulePlanner,
                        metrics: SchedulerMetrics(factory: TestMetrics()), longestSleep: .seconds(600),
                        logger: PostgresScratch.logger)
                    group.addTask { try await scheduler.run() }
                }
                let view = try await gateway.send(.post, Self.path, body: Self.body("n", #""every":3600"#))
                    .decode(View.self)
                try await scenario.client.execute(
                    "UPDATE schedules SET next_due_at = clock_timestamp() + interval '1 second'")
                // A change by anybody, here by another gateway, is what wakes them.
                _ = try await gateway.send(.patch, "\(Self.path)/\(view.id)", body: #"{"name":"m"}"#)
                let deadline = ContinuousClock.now + .seconds(60)
                while try await scenario.count("schedule_firings") == 0 {
                    try #require(ContinuousClock.now < deadline, "nothing was fired")
                    try await Task.sleep(for: .milliseconds(50))
                }
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(try await scenario.count("jobs") == 1)
            #expect(try await scenario.count("schedule_firings") == 1)
        }
    }
}
