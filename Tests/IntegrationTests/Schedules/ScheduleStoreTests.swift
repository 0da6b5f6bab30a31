import Certification
import CertificationStore
import Contracts
import Foundation
import Postgres
import Testing

@Suite("Schedules as they are stored")
struct ScheduleStoreTests {
    private static func plan(_ name: String, _ timing: ScheduleTiming) -> SchedulePlan {
        SchedulePlan(name: name, timing: timing, catchUp: .latest, overlap: .skip, isPaused: false)
    }

    @Test("A schedule comes back as it was made, counted from now by the database's clock")
    func roundTrip() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let zone = try #require(ScheduleTiming.zone("Europe/Berlin"))
            let cron = Self.plan("cron", .cron(try CronExpression("30 3 * * mon-fri"), in: zone))
            guard
                case .stored(let made) = try await store.create(cron, request: CertificationScenario.request, by: "ada")
            else { throw Unexpected("it was not stored") }
            #expect(try await store.schedule(made.id) == made)
            #expect(made.plan == cron)
            #expect(made.request == CertificationScenario.request)
            #expect(made.nextDue == cron.timing.next(after: made.createdAt))

            let interval = Self.plan("interval", .every(3_600, anchor: .distantPast))
            guard
                case .stored(let other) = try await store.create(
                    interval, request: CertificationScenario.request, by: "eve")
            else { throw Unexpected("it was not stored") }
            #expect(try await store.schedule(other.id) == other)
            let untilDue = try #require(other.nextDue).timeIntervalSince(other.createdAt)
            #expect((3_599...3_600).contains(untilDue))
            #expect(try await store.create(cron, request: CertificationScenario.request, by: "ada") == .nameTaken)
            #expect(try await store.schedules(after: nil, limit: 10).map(\.plan.name) == ["cron", "interval"])
            #expect(try await store.schedules(after: made.id, limit: 10).map(\.id) == [other.id])
        }
    }

    @Test("A pause is not made up for, and a new timing counts from now")
    func changes() async throws {
        try await CertificationScenario.run { scenario in
            let store = scenario.store
            let schedule = try await scenario.schedule()
            let paused = try await store.change(schedule.id, by: "ada") { $0.isPaused = true }
            guard case .stored(let resting) = paused else { throw Unexpected("it was not changed") }
            #expect(resting.nextDue == nil)
            #expect(try await scenario.fireAll(at: scenario.second(1_000)).isEmpty)
            #expect(try await store.timeUntilNextDue() == nil)
            guard case .stored(let resumed) = try await store.change(schedule.id, by: "ada", { $0.isPaused = false })
            else { throw Unexpected("it was not changed") }
            let now = Date()
            #expect(
                abs(try #require(resumed.nextDue).timeIntervalSince(now)) < 60 || resumed.nextDue == scenario.second(1))
            #expect(try await scenario.firings(of: schedule).isEmpty)

            guard
                case .stored(let changed) = try await store.change(
                    schedule.id, by: "ada",
                    { plan in
                        plan.timing = .every(7_200, anchor: .distantPast)
                        plan.name = "other"
                    })
            else { throw Unexpected("it was not changed") }
            #expect(abs(try #require(changed.nextDue).timeIntervalSince(now) - 7_200) < 60)
            #expect(try await store.schedule(schedule.id) == changed)
            #expect(try await store.change(ScheduleID(), by: "ada") { $0.isPaused = true } == .notFound)
        }
    }

    @Test("A change that fails, and a name that is taken, leave all as it was")
    func refused() async throws {
        try await CertificationScenario.run { scenario in
            struct Refused: Error {}
            let one = try await scenario.schedule(name: "one")
            _ = try await scenario.schedule(name: "two")
            await #expect(throws: Refused.self) {
                try await scenario.store.change(one.id, by: "ada") { _ in throw Refused() }
            }
            #expect(try await scenario.store.change(one.id, by: "ada") { $0.name = "two" } == .nameTaken)
            #expect(try await scenario.store.schedule(one.id)?.plan.name == "one")
        }
    }

    @Test("A run beside the plan makes a job at once, once for its key, and the plan goes on")
    func run() async throws {
        try await CertificationScenario.run { scenario in
            let schedule = try await scenario.schedule(overlap: .skip)
            let work: @Sendable (ScheduleRecord, Date) -> JobSubmission = { schedule, _ in
                var submission = CertificationScenario.submission(of: schedule, due: scenario.start)
                submission.idempotencyKey = "by hand"
                submission.requestedBy = "eve"
                return submission
            }
            guard case .accepted(let job) = try await scenario.store.run(schedule.id, by: "eve", work),
                case .replayed(let again) = try await scenario.store.run(schedule.id, by: "eve", work)
            else { throw Unexpected("the schedule did not run once") }
            #expect(again.id == job.id)
            let firings = try await scenario.firings(of: schedule)
            #expect(firings.map(\.askedBy) == ["eve"])
            #expect(firings.map(\.job) == [job.id])
            #expect(try await scenario.store.schedule(schedule.id)?.nextDue == scenario.second(1))
            #expect(try await scenario.store.run(ScheduleID(), by: "eve", work) == nil)
        }
    }

    @Test("Schedulers are told of each change, and who made it is kept")
    func told() async throws {
        try await CertificationScenario.run { scenario in
            var changes = scenario.store.scheduleChanges().makeAsyncIterator()
            // The first element says that the listener is connected.
            _ = await changes.next()
            let schedule = try await scenario.schedule()
            _ = try #require(await changes.next())
            #expect(try await scenario.store.deleteSchedule(schedule.id, by: "eve"))
            _ = try #require(await changes.next())
            #expect(try await !scenario.store.deleteSchedule(schedule.id, by: "eve"))
            let rows = try await scenario.client.query("SELECT who, action FROM operator_actions ORDER BY id")
            #expect(try rows.map { try $0.decode(String.self, "action") } == ["schedule.create", "schedule.delete"])
            #expect(try rows.map { try $0.decode(String.self, "who") } == ["ada", "eve"])
        }
    }

    @Test("A change is recorded with what it was and what it is; the record stays as it was written")
    func recordOfChanges() async throws {
        try await CertificationScenario.run { scenario in
            let schedule = try await scenario.schedule()
            let cron = try CronExpression("30 3 * * *")
            _ = try await scenario.store.change(schedule.id, by: "eve") { plan in
                plan.timing = .cron(cron, in: .gmt)
                plan.isPaused = true
            }
            let row = try #require(
                try await scenario.client.query(
                    "SELECT who, detail::text AS detail FROM operator_actions WHERE action = 'schedule.change'"
                ).first)
            #expect(try row.decode(String.self, "who") == "eve")
            let detail = try JSONDecoder().decode(
                [String: [String]].self, from: Data(try row.decode(String.self, "detail").utf8))
            #expect(
                detail == [
                    "name": ["nightly"], "timing": ["every 1 s", "30 3 * * * UTC"], "paused": ["false", "true"],
                ])
            for statement: SQLStatement in ["UPDATE operator_actions SET who = 'ada'", "DELETE FROM operator_actions"] {
                let error = await #expect(throws: PostgresError.self) { try await scenario.client.execute(statement) }
                #expect(error?.message.contains("operator_actions is append-only") == true)
            }
            #expect(try await scenario.count("operator_actions") == 2)
        }
    }
}
