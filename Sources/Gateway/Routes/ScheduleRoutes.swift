import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Schedules: make, look at, list, change, run, delete.
struct ScheduleRoutes: Sendable {
    let store: CertificationStore
    let planner: SchedulePlanner
    let cursors: CursorSigner
    let bodyLimits: JSONRequest.Limits
    let now: @Sendable () -> Date
    var room = OutboxRoom.unlimited

    /// How many firings are shown with a schedule.
    private static let shownFirings = 10

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.schedules)", [.get: list, .post: create]),
            Endpoint("\(APIPath.schedules)/{id}", [.get: show, .patch: change, .delete: delete]),
            Endpoint("\(APIPath.schedules)/{id}/run", [.post: run]),
            Endpoint("\(APIPath.schedules)/{id}/firings", [.get: firings]),
        ]
    }

    @Sendable private func create(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        let body = try await JSONRequest.decode(ScheduleRequestBody.self, from: request, limits: bodyLimits)
        let (plan, selection) = try planner.plan(body)
        let schedule = try Self.stored(
            try await store.create(plan, request: selection, by: caller.subject), name: plan.name, id: "")
        context.log.notice("Schedule made", metadata: ["scheduleId": "\(schedule.id)", "name": "\(plan.name)"])
        return try JSONResponse.encode(
            ScheduleBody(schedule), status: .created, headers: [.location: ScheduleBody.path(of: schedule.id)])
    }

    @Sendable private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: PageRequest.parameters)
        let page = PageRequest(path: APIPath.schedules, filters: [], query: &query, signer: cursors)
        try query.check()
        let found = try await store.schedules(
            after: page.after.map(ScheduleID.init(rawValue:)), limit: page.fetchLimit)
        let part = page.page(of: found, id: \.id.rawValue, signer: cursors)
        return try JSONResponse.encode(
            SchedulePageBody(schedules: part.elements.map { ScheduleBody($0) }, next: part.next), status: .ok,
            headers: PageRequest.link(next: part.next))
    }

    @Sendable private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let id = try Self.id(context)
        guard let schedule = try await store.schedule(id) else { throw Self.noSchedule("\(id)") }
        let body = ScheduleBody(
            schedule, counts: try await store.firingCounts(of: id),
            lastFirings: try await store.firings(of: id, before: nil, limit: Self.shownFirings))
        return try JSONResponse.revalidated(body, for: request)
    }

    @Sendable private func change(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        let id = try Self.id(context)
        let body = try await JSONRequest.decode(ScheduleRequestBody.self, from: request, limits: bodyLimits)
        let outcome = try await store.change(id, by: caller.subject) { try planner.change(&$0, by: body) }
        let schedule = try Self.stored(outcome, name: body.name ?? "", id: "\(id)")
        context.log.notice("Schedule changed", metadata: ["scheduleId": "\(id)"])
        return try JSONResponse.encode(ScheduleBody(schedule), status: .ok)
    }

    @Sendable private func delete(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        let id = try Self.id(context)
        guard try await store.deleteSchedule(id, by: caller.subject) else { throw Self.noSchedule("\(id)") }
        context.log.notice("Schedule deleted", metadata: ["scheduleId": "\(id)"])
        return Response(status: .noContent)
    }

    @Sendable private func run(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        let id = try Self.id(context)
        let (key, faults) = IdempotencyKey.keyOrFaults(of: request.headers)
        guard faults.isEmpty else { throw Problem.invalid(faults) }
        let origin = JobOrigin(
            requestedBy: caller.subject, idempotencyKey: key?.text, trace: context.trace, createdAt: now())
        switch try await outcome(ofRunning: id, from: origin) {
        case .accepted(let job):
            context.log.notice(
                "Schedule run by hand", metadata: ["scheduleId": "\(id)", "jobId": "\(job.id)"])
            return try JobRoutes.accepted(job)
        case .replayed(let job):
            return try JobRoutes.replayed(job)
        case .keyReused:
            throw IdempotencyKey.reused
        case nil:
            throw Self.noSchedule("\(id)")
        }
    }

    /// Without room nothing is stored, but a request that was accepted before is answered as ever.
    private func outcome(ofRunning id: ScheduleID, from origin: JobOrigin) async throws -> SubmissionOutcome? {
        guard let problem = room.problem else {
            return try await store.run(id, by: origin.requestedBy) { schedule, _ in
                try planner.submission(of: schedule, from: origin)
            }
        }
        guard let schedule = try await store.schedule(id) else { return nil }
        let submission = try planner.submission(of: schedule, from: origin)
        guard let earlier = try await store.earlierOutcome(of: submission) else { throw problem }
        return earlier
    }

    @Sendable private func firings(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let id = try Self.id(context)
        var query = QueryReader(request, known: PageRequest.parameters)
        let page = PageRequest(
            path: "\(ScheduleBody.path(of: id))/firings", filters: [], query: &query, signer: cursors)
        try query.check()
        guard try await store.schedule(id) != nil else { throw Self.noSchedule("\(id)") }
        let found = try await store.firings(of: id, before: page.afterMoment?.moment, limit: page.fetchLimit)
        let part = page.page(of: found, moment: { ($0.due, id.rawValue) }, signer: cursors)
        return try JSONResponse.encode(
            ScheduleFiringPageBody(firings: part.elements.map(ScheduleFiringBody.init), next: part.next), status: .ok,
            headers: PageRequest.link(next: part.next))
    }

    private static func stored(_ outcome: ScheduleOutcome, name: String, id: String) throws(Problem) -> ScheduleRecord {
        switch outcome {
        case .stored(let schedule): return schedule
        case .notFound: throw noSchedule(id)
        case .nameTaken:
            throw Problem(
                .nameTaken, detail: "There is a schedule \(name.quotedForDisplay) already.",
                faults: [.field("name", "Choose another name, or change the schedule that has it.")])
        }
    }

    /// What is no UUID is no schedule's id either.
    private static func id(_ context: GatewayContext) throws -> ScheduleID {
        let text = try context.parameters.require("id")
        guard let id = ScheduleID(text) else { throw noSchedule(text) }
        return id
    }

    private static func noSchedule(_ id: String) -> Problem { .notFound("schedule", id: id) }
}
