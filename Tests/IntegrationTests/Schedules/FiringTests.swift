import Certification
import CertificationStore
import Contracts
import Foundation
import Postgres
import Testing

@Suite("Schedules that fire")
struct FiringTests {
    @Test("A time makes one job with its messages, and the next time is set")
    func once() async throws {
        try await CertificationScenario.run { scenario in
            let schedule = try await scenario.schedule()
            #expect(try await scenario.fireAll(at: scenario.start).isEmpty)
            let reports = try await scenario.fireAll(at: scenario.second(1))
            let firing = try #require(reports.first?.firing)
            #expect(reports.count == 1)
            #expect(firing.status == .fired)
            #expect(firing.due == scenario.second(1))
            let id = try #require(firing.job)
            let job = try #require(try await scenario.store.job(id))
            #expect(job.requestedBy == "ada")
            #expect(try await scenario.outboxPayloads(CertificationRequested.self).map(\.jobID) == [job.id])
            #expect(try await scenario.store.schedule(schedule.id)?.nextDue == scenario.second(2))
            #expect(try await scenario.firings(of: schedule) == [firing])
            #expect(try await scenario.fireAll(at: scenario.second(1)).isEmpty)
        }
    }

    @Test("Of many schedulers at once, each time of each schedule makes one job")
    func many() async throws {
        try await CertificationScenario.run { scenario in
            let seconds = 40
            // What one scheduler comes to late it makes up for, so that every time makes a job.
            var schedules: [ScheduleRecord] = []
            for name in ["one", "two", "three"] {
                schedules.append(try await scenario.schedule(name: name, catchUp: .all))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for gateway in 0..<8 {
                    group.addTask {
                        for number in 1...seconds {
                            // Their clocks differ: what one has fired already, another comes to later.
                            try await scenario.fireAll(at: scenario.second(number - gateway % 2))
                        }
                        try await scenario.fireAll(at: scenario.second(seconds))
                    }
                }
                try await group.waitForAll()
            }
            for schedule in schedules {
                let firings = try await scenario.firings(of: schedule)
                #expect(firings.map(\.due) == (1...seconds).map(scenario.second))
                #expect(firings.allSatisfy { $0.status == .fired })
                #expect(Set(firings.map(\.job)).count == seconds)
            }
            #expect(try await scenario.count("jobs") == schedules.count * seconds)
        }
    }

    @Test("A kill before the commit leaves nothing, and the time is kept by the next")
    func killed() async throws {
        try await CertificationScenario.run { scenario in
            struct Killed: Error {}
            let schedule = try await scenario.schedule()
            await #expect(throws: BrokenSchedule.self) {
                try await scenario.store.fireNext(at: scenario.second(3)) { _, _ in throw Killed() }
            }
            #expect(try await scenario.firings(of: schedule).isEmpty)
            #expect(try await scenario.store.schedule(schedule.id)?.nextDue == scenario.second(1))
            try await scenario.fireAll(at: scenario.second(3))
            #expect(try await scenario.firings(of: schedule).map(\.status) == [.missed, .missed, .fired])
        }
    }

    @Test("Sessions that end at any moment lose no time and double none")
    func sessionsEnd() async throws {
        try await CertificationScenario.run { scenario in
            let schedule = try await scenario.schedule()
            let seconds = 60
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        var number = 1
                        while number <= seconds {
                            do {
                                try await scenario.fireAll(at: scenario.second(number))
                                number += 1
                            } catch let error as PostgresError {
                                // As the scheduler does: the next round tries again.
                                guard error.isConnectionTrouble || error.isRetriable || error.code == .commitUnknown
                                else { throw error }
                            }
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<6 { try await PostgresScratch.endSessions(of: scenario.client) }
                }
                try await group.waitForAll()
            }
            let firings = try await scenario.firings(of: schedule)
            #expect(firings.map(\.due) == (1...seconds).map(scenario.second))
            let fired = firings.count { $0.status == .fired }
            #expect(try await scenario.count("jobs") == fired)
            #expect(try await scenario.outboxPayloads(CertificationRequested.self).count == fired)
        }
    }

    @Test("After an outage each policy makes up for what it says, and the others are reported")
    func catchUp() async throws {
        try await CertificationScenario.run { scenario in
            let latest = try await scenario.schedule(name: "latest", catchUp: .latest)
            let none = try await scenario.schedule(
                .every(3_600, anchor: scenario.start), name: "none", catchUp: CatchUpPolicy.none)
            let all = try await scenario.schedule(name: "all", catchUp: .all)
            let reports = try await scenario.fireAll(at: scenario.second(130))
            #expect(reports.reduce(0) { $0 + $1.missed } == 129 + 1 + 30)
            #expect(
                try await scenario.store.firingCounts(of: latest.id) == [.missed: 129, .fired: 1])
            #expect(try await scenario.firings(of: latest).last?.status == .fired)
            #expect(try await scenario.store.firingCounts(of: none.id) == [.missed: 1])
            #expect(try await scenario.store.firingCounts(of: all.id) == [.missed: 30, .fired: 100])
            #expect(try await scenario.firings(of: all).map(\.due) == (1...130).map(scenario.second))
            #expect(try await scenario.firings(of: latest).first?.why?.contains("No gateway ran") == true)
        }
    }

    @Test("While the job before runs, a time is skipped and says so, or allowed")
    func overlap() async throws {
        try await CertificationScenario.run { scenario in
            let schedule = try await scenario.schedule(overlap: .skip)
            try await scenario.fireAll(at: scenario.second(1))
            let job = try #require(try await scenario.firings(of: schedule).first?.job)
            try await scenario.fireAll(at: scenario.second(2))
            let skipped = try #require(try await scenario.firings(of: schedule).last)
            #expect(skipped.status == .skipped)
            #expect(skipped.why?.contains("\(job)") == true)
            _ = try await scenario.store.cancel(job, by: "ada", now: scenario.start)
            try await scenario.fireAll(at: scenario.second(3))
            #expect(try await scenario.firings(of: schedule).map(\.status) == [.fired, .skipped, .fired])
        }
    }

    @Test("What is not valid any more is skipped with the reason, and the schedule goes on")
    func invalid() async throws {
        try await CertificationScenario.run { scenario in
            let schedule = try await scenario.schedule()
            _ = try await scenario.store.fireNext(at: scenario.second(1)) { _, _ in .impossible("The model has left.") }
            try await scenario.fireAll(at: scenario.second(2))
            let firings = try await scenario.firings(of: schedule)
            #expect(firings.map(\.status) == [.skipped, .fired])
            #expect(firings.first?.why == "The model has left.")
        }
    }

    @Test("A schedule that cannot be read keeps no other from firing")
    func broken() async throws {
        try await CertificationScenario.run { scenario in
            let broken = try await scenario.schedule(name: "broken")
            let good = try await scenario.schedule(name: "good")
            try await scenario.client.execute(
                """
                UPDATE schedules SET every = NULL, cron = '@daily', time_zone = 'Mars/Phobos',
                    next_due_at = \(scenario.start) WHERE id = \(broken.id.rawValue)
                """)
            await #expect(throws: BrokenSchedule.self) { try await scenario.fireAll(at: scenario.second(1)) }
            let report = try await scenario.store.fireNext(at: scenario.second(1), excluding: [broken.id]) {
                .job(CertificationScenario.submission(of: $0, due: $1))
            }
            #expect(report?.schedule.id == good.id)
        }
    }

    @Test("A time that was kept is not kept again when the database's clock goes back")
    func clockSetBack() async throws {
        try await CertificationScenario.run { scenario in
            let schedule = try await scenario.schedule()
            try await scenario.fireAll(at: scenario.second(1))
            try await scenario.client.execute("UPDATE schedules SET next_due_at = \(scenario.second(1))")
            let reports = try await scenario.fireAll(at: scenario.second(1))
            #expect(reports.map(\.firing) == [nil])
            #expect(try await scenario.count("jobs") == 1)
            #expect(try await scenario.store.schedule(schedule.id)?.nextDue == scenario.second(2))
        }
    }

    @Test("Firings are forgotten after ninety days")
    func retention() async throws {
        try await CertificationScenario.run { scenario in
            let schedule = try await scenario.schedule()
            try await scenario.fireAll(at: scenario.second(1))
            try await scenario.client.execute(
                "UPDATE schedules SET next_due_at = \(scenario.second(91 * 86_400))")
            try await scenario.fireAll(at: scenario.second(91 * 86_400))
            #expect(try await scenario.firings(of: schedule).map(\.due) == [scenario.second(91 * 86_400)])
        }
    }
}
