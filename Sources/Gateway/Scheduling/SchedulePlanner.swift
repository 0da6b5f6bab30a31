import Certification
import CertificationStore
import Contracts
import Foundation

/// Turns a body into a schedule, and a schedule that fires into a job, or into every fault that they have.
struct SchedulePlanner: Sendable {
    /// Each plan is made with what it holds then.
    let registry: RegistryHolder
    let suites: SuiteCatalog
    let rubrics: RubricCatalog
    let costs: CostPolicy

    /// A new schedule. Throws one problem that lists all faults; those of its request have pointers that begin with
    /// `/request`.
    func plan(_ body: ScheduleRequestBody) throws(Problem) -> (SchedulePlan, ScheduleRequest) {
        var faults = body.faults
        if !body.present.contains(.name) { faults.append(.field("name", "Give it a name of its own.")) }
        let timing = timing(of: body, old: nil, &faults)
        let catchUp = body.catchUp ?? .latest
        let overlap = overlap(of: body, catchUp: catchUp, &faults)
        let request = request(of: body, &faults)
        guard faults.isEmpty, let name = body.name, let timing, let request else { throw Problem.invalid(faults) }
        let plan = SchedulePlan(
            name: name, timing: timing, catchUp: catchUp, overlap: overlap, isPaused: body.paused ?? false)
        return (plan, request)
    }

    /// Changes what the body has of a plan. Throws one problem that lists all faults.
    func change(_ plan: inout SchedulePlan, by body: ScheduleRequestBody) throws(Problem) {
        var faults = body.faults
        if body.present.contains(.request) {
            faults.append(
                .field("request", "What a schedule certifies cannot be changed. Make a new one and delete this."))
        }
        if let name = body.name { plan.name = name }
        if !body.present.isDisjoint(with: [.cron, .timeZone, .every]),
            let timing = timing(of: body, old: plan.timing, &faults)
        {
            plan.timing = timing
        }
        if let catchUp = body.catchUp { plan.catchUp = catchUp }
        if let overlap = body.overlap { plan.overlap = overlap }
        if plan.catchUp == .all, plan.overlap == .skip { faults.append(Self.contradiction) }
        if let isPaused = body.paused { plan.isPaused = isPaused }
        guard faults.isEmpty else { throw Problem.invalid(faults) }
    }

    /// What the schedule comes to now, with the registry of this version.
    func work(of schedule: ScheduleRecord, due: Date, now: Date) throws -> ScheduledWork {
        let key = "schedule \(schedule.id) \(due.rfc3339Milliseconds)"
        do {
            return .job(
                try submission(
                    of: schedule,
                    from: JobOrigin(
                        requestedBy: schedule.createdBy, idempotencyKey: key, trace: TraceContext(), createdAt: now)))
        } catch let problem as Problem {
            return .impossible(
                String(([problem.detail] + problem.faults.map(\.detail)).joined(separator: " ").prefix(500)))
        }
    }

    /// The job of a schedule. Throws a problem when its request is not valid any more.
    func submission(of schedule: ScheduleRecord, from origin: JobOrigin) throws -> JobSubmission {
        let body = try JSONDecoder().decode(JobRequestBody.self, from: try JSONResponse.data(schedule.request))
        let registry = registry.current
        var plan = try JobPlanner(registry: registry, suites: suites, rubrics: rubrics).plan(body)
        // A schedule is there to certify again, whatever holds yet.
        plan.reuse = nil
        let submission = try plan.submission(in: registry, costs: costs, from: origin)
        if let problem = costs.problem(of: submission, plan.terms) { throw problem }
        return submission
    }

    /// The suite that a schedule certifies with.
    func suite(of schedule: ScheduleRecord) -> SuiteID { schedule.request.suite.map { SuiteID($0) } ?? .base }

    private func request(of body: ScheduleRequestBody, _ faults: inout [Fault]) -> ScheduleRequest? {
        guard let request = body.request else {
            if !body.present.contains(.request) {
                faults.append(.field("request", "Say what to certify, as in the body of POST \(APIPath.jobs)."))
            }
            return nil
        }
        if request.force == false {
            faults.append(
                Fault(.body("/request/force"), "A schedule certifies anew each time. Leave it out, or set it to true."))
        }
        do {
            let registry = registry.current
            let plan = try JobPlanner(registry: registry, suites: suites, rubrics: rubrics).plan(request)
            let submission = try plan.submission(
                in: registry, costs: costs,
                from: JobOrigin(requestedBy: "", idempotencyKey: nil, trace: TraceContext(), createdAt: Date()))
            if let problem = costs.problem(of: submission, plan.terms) { throw problem }
            return ScheduleRequest(request)
        } catch let problem as Problem {
            // Only what is not valid has nothing to say but its faults.
            let context = problem.kind == .invalidRequest ? "" : "\(problem.detail) "
            faults += problem.faults.map { Fault($0.location, context + $0.detail).within("request") }
        } catch {
            faults.append(.field("request", "This cannot be read."))
        }
        return nil
    }

    /// The timing of a body; where it says only a part, the other is that of the `old` one.
    private func timing(of body: ScheduleRequestBody, old: ScheduleTiming?, _ faults: inout [Fault]) -> ScheduleTiming?
    {
        let hasCron = body.present.contains(.cron) || (old?.cron != nil && !body.present.contains(.every))
        guard hasCron != body.present.contains(.every) else {
            faults.append(
                Fault(.body(""), "Say when with exactly one of 'cron', an expression, and 'every', in seconds."))
            return nil
        }
        guard hasCron else {
            if body.present.contains(.timeZone) {
                faults.append(.field("timeZone", "An interval has no time zone. Leave it out."))
            }
            return body.every.map { .every($0, anchor: .distantPast) }
        }
        let zoneName = body.timeZone ?? old?.cron?.zone ?? "UTC"
        let zone = ScheduleTiming.zone(zoneName)
        if zone == nil {
            let detail = """
                There is no time zone \(zoneName.quotedForDisplay) here. Write a name of the IANA database, as \
                Europe/Berlin; if it is one, the gateway's machine lacks it.
                """
            faults.append(.field("timeZone", detail))
        }
        guard let text = body.cron ?? (body.present.contains(.cron) ? nil : old?.cron?.expression) else { return nil }
        do {
            let expression = try CronExpression(text)
            return zone.map { .cron(expression, in: $0) }
        } catch {
            faults.append(.field("cron", error.description))
            return nil
        }
    }

    private func overlap(
        of body: ScheduleRequestBody, catchUp: CatchUpPolicy, _ faults: inout [Fault]
    ) -> OverlapPolicy {
        guard let overlap = body.overlap else { return catchUp == .all ? .allow : .skip }
        if catchUp == .all, overlap == .skip { faults.append(Self.contradiction) }
        return overlap
    }

    private static let contradiction = Fault.field(
        "overlap", "With 'catchUp' all, runs are made up for at once: they would skip each other. Set it to allow.")
}

extension ScheduleRequest {
    init(_ body: JobRequestBody) {
        self.init(
            models: body.models?.map(\.text), vendors: body.vendors?.map(\.text), all: body.all,
            regions: body.regions?.map(\.text), lane: body.lane, suite: body.suite, notify: body.notify?.map(\.text))
        budget = body.budget
        maxTokens = body.maxTokens
        confirmCost = body.confirmCost
        unknownPrices = body.unknownPrices
    }
}

extension Fault {
    /// The fault with its place seen from the object that has `field`.
    fileprivate func within(_ field: String) -> Fault {
        guard case .body(let pointer) = location else { return self }
        return Fault(.body("/\(field)\(pointer)"), detail)
    }
}
