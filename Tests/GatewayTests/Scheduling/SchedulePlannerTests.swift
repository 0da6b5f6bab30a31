import Certification
import Contracts
import Foundation
import Testing

@testable import CertificationStore
@testable import Gateway

@Suite("What a schedule comes to")
struct SchedulePlannerTests {
    private let planner: SchedulePlanner
    private let now = Date(timeIntervalSince1970: 1_767_225_600)

    init() async throws {
        planner = try await TestGateway().api.schedulePlanner
    }

    private func body(_ text: String) throws -> ScheduleRequestBody {
        try JSONDecoder().decode(ScheduleRequestBody.self, from: Data(text.utf8))
    }

    private func schedule(_ request: ScheduleRequest) -> ScheduleRecord {
        ScheduleRecord(
            id: ScheduleID(),
            plan: SchedulePlan(
                name: "n", timing: .every(60, anchor: now), catchUp: .latest, overlap: .skip, isPaused: false),
            request: request, createdBy: "ada", createdAt: now, nextDue: now)
    }

    @Test("A job of its creator's, with a key of its own for each time, and all that the request says")
    func job() throws {
        let schedule = schedule(
            ScheduleRequest(
                models: nil, vendors: ["amazon"], all: nil, regions: ["us-east-1", "eu-central-1"], lane: "high",
                suite: "base", notify: ["ops@example.com"]))
        guard case .job(let first) = try planner.work(of: schedule, due: now, now: now),
            case .job(let again) = try planner.work(of: schedule, due: now, now: now),
            case .job(let next) = try planner.work(of: schedule, due: now.addingTimeInterval(60), now: now)
        else {
            Issue.record("there is no job")
            return
        }
        #expect(first.requestedBy == "ada")
        #expect(first.lane == .high)
        #expect(first.notify == ["ops@example.com"])
        #expect(!first.targets.isEmpty)
        #expect(first.idempotencyKey == again.idempotencyKey && first.fingerprint == again.fingerprint)
        #expect(first.idempotencyKey != next.idempotencyKey)
    }

    @Test("A model that left the registry is a reason, not a failure")
    func left() throws {
        let schedule = schedule(
            ScheduleRequest(
                models: ["vendor.gone"], vendors: nil, all: nil, regions: ["us-east-1"], lane: nil, suite: nil,
                notify: nil))
        guard case .impossible(let why) = try planner.work(of: schedule, due: now, now: now) else {
            Issue.record("it is possible")
            return
        }
        #expect(why.contains("There is no model 'vendor.gone'"))
    }

    @Test("The defaults of a new schedule are the careful ones; all is made up for only where runs may overlap")
    func defaults() throws {
        let request = #""request":{"all":true,"regions":["us-east-1"]}"#
        let (plan, _) = try planner.plan(try body(#"{"name":"n","cron":"@daily",\#(request)}"#))
        #expect(plan.timing == .cron(try CronExpression("@daily"), in: .gmt))
        #expect(plan.catchUp == .latest && plan.overlap == .skip && !plan.isPaused)
        let (all, _) = try planner.plan(try body(#"{"name":"n","every":60,"catchUp":"all",\#(request)}"#))
        #expect(all.overlap == .allow)
    }

    @Test("A change keeps what it does not name, and a time zone alone keeps the expression")
    func change() throws {
        let (plan, _) = try planner.plan(
            try body(#"{"name":"n","cron":"30 3 * * *","request":{"all":true,"regions":["us-east-1"]}}"#))
        var changed = plan
        try planner.change(&changed, by: try body(#"{"timeZone":"Europe/Berlin"}"#))
        #expect(changed.timing.cron?.expression == "30 3 * * *")
        #expect(changed.timing.cron?.zone == "Europe/Berlin")
        try planner.change(&changed, by: try body(#"{"every":3600,"paused":true}"#))
        #expect(changed.timing.interval == 3_600)
        #expect(changed.isPaused && changed.name == "n")
        for refused in [#"{"request":{}}"#, #"{"catchUp":"all"}"#, #"{"timeZone":"Europe/Berlin"}"#, #"{"cron":"x"}"#] {
            #expect(throws: Problem.self) { try planner.change(&changed, by: try body(refused)) }
        }
    }
}
