import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Jobs: make, look at, list, cancel.
struct JobRoutes: Sendable {
    let store: any JobStore
    let registry: RegistryHolder
    let suites: SuiteCatalog
    let rubrics: RubricCatalog
    let costs: CostPolicy
    let cursors: CursorSigner
    let bodyLimits: JSONRequest.Limits
    let cancelPatience: Duration
    let now: @Sendable () -> Date
    var room = OutboxRoom.unlimited

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.jobs)", [.get: list, .post: submit]),
            Endpoint("\(APIPath.estimates)", [.post: estimate]),
            Endpoint("\(APIPath.jobs)/{id}", [.get: show, .delete: cancel]),
        ]
    }

    @Sendable private func submit(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        // An option that is not known might have been meant to keep the job from being made.
        try QueryReader(request, known: []).check()
        let body = try await JSONRequest.decode(JobRequestBody.self, from: request, limits: bodyLimits)
        let (key, keyFaults) = IdempotencyKey.keyOrFaults(of: request.headers)
        let registry = await registry(for: body)
        let plan = try JobPlanner(registry: registry, suites: suites, rubrics: rubrics).plan(
            body, otherFaults: keyFaults)
        var submission = try plan.submission(
            in: registry, costs: costs,
            from: JobOrigin(
                requestedBy: caller.subject, idempotencyKey: key?.text, trace: context.trace, createdAt: now()))
        submission.leaveOutOfEstimate(try await store.reusable(in: submission))
        switch try await outcome(of: submission, plan.terms) {
        case .accepted(let job):
            context.log.info(
                "Job accepted",
                metadata: ["jobId": "\(job.id)", "targets": "\(job.targetCount)", "lane": "\(job.lane)"])
            return try Self.accepted(job)
        case .replayed(let job):
            return try Self.replayed(job)
        case .keyReused:
            throw IdempotencyKey.reused
        }
    }

    /// What a job would cost, and whether it would be refused for that. Nothing is stored.
    @Sendable private func estimate(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        let body = try await JSONRequest.decode(JobRequestBody.self, from: request, limits: bodyLimits)
        let registry = await registry(for: body)
        let plan = try JobPlanner(registry: registry, suites: suites, rubrics: rubrics).plan(body)
        var submission = try plan.submission(
            in: registry, costs: costs,
            from: JobOrigin(
                requestedBy: caller.subject, idempotencyKey: nil, trace: context.trace, createdAt: now()))
        submission.leaveOutOfEstimate(try await store.reusable(in: submission))
        return try JSONResponse.encode(EstimateBody(submission, plan.terms, costs), status: .ok)
    }

    /// The registry with the models that the body names, if there are such: a sync may have found them a moment ago.
    private func registry(for body: JobRequestBody) async -> ModelRegistry {
        await registry.current { registry in
            (body.models ?? []).allSatisfy { registry.lookUp(ModelID($0.text)) != .unknown }
        }
    }

    /// Without room or with a cost that is not agreed to nothing is stored, but a request that was accepted before is answered as ever.
    private func outcome(of submission: JobSubmission, _ terms: CostTerms) async throws -> SubmissionOutcome {
        guard let problem = room.problem ?? costs.problem(of: submission, terms) else {
            return try await store.submit(submission)
        }
        guard let earlier = try await store.earlierOutcome(of: submission) else { throw problem }
        return earlier
    }

    static func accepted(_ job: JobRecord) throws -> Response {
        try JSONResponse.encode(
            JobBody(job), status: .accepted, headers: [.location: JobBody.path(of: job.id)])
    }

    /// The answer to a request that was sent again.
    static func replayed(_ job: JobRecord) throws -> Response {
        var response = try accepted(job)
        response.headers[named: "Idempotency-Replayed"] = "true"
        return response
    }

    @Sendable private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: ["figures"])
        let wantsFigures = query.boolean("figures") ?? false
        try query.check()
        let id = try Self.id(context)
        guard let job = try await store.job(id) else { throw Self.noJob("\(id)") }
        let certifications = try await store.certifications(of: id)
        let verdicts = wantsFigures ? try await store.verdicts(of: id) : [:]
        let moment = now()
        let bodies = certifications.map { CertificationBody($0, verdict: verdicts[$0.id], now: moment) }
        return try JSONResponse.revalidated(JobBody(job, certifications: bodies), for: request)
    }

    @Sendable private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: ["status", "requestedBy"] + PageRequest.parameters)
        let filter = JobFilter(
            status: query.choice("status", of: JobStatus.self), requestedBy: query.text("requestedBy"))
        let filters = [("status", filter.status?.rawValue), ("requestedBy", filter.requestedBy)]
        let request = PageRequest(path: APIPath.jobs, filters: filters, query: &query, signer: cursors)
        try query.check()
        let jobs = try await store.jobs(
            matching: filter, after: request.after.map { JobCursor(last: JobID(rawValue: $0)) },
            limit: request.fetchLimit)
        let page = request.page(of: jobs, id: \.id.rawValue, signer: cursors)
        return try JSONResponse.encode(
            JobPageBody(jobs: page.elements.map { JobBody($0) }, next: page.next), status: .ok,
            headers: PageRequest.link(next: page.next))
    }

    @Sendable private func cancel(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        let id = try Self.id(context)
        let cancellation = JobCancellation(store: store, patience: cancelPatience)
        switch try await cancellation.cancel(id, by: caller.subject, now: now()) {
        case .cancelled(let result):
            context.log.info("Job cancelled", metadata: ["jobId": "\(id)", "status": "\(result.job.status)"])
            return try JSONResponse.encode(
                JobBody(result), status: result.job.status.isTerminal ? .ok : .accepted,
                headers: [.location: JobBody.path(of: id)])
        case .alreadyFinished(let job):
            throw Problem(
                .jobFinished,
                detail:
                    "The job ended as \(job.status.rawValue): all its targets were already done, and nothing is left "
                    + "to cancel.")
        case .notFound:
            throw Self.noJob("\(id)")
        }
    }

    /// What is no UUID is no job's id either.
    private static func id(_ context: GatewayContext) throws -> JobID {
        let text = try context.parameters.require("id")
        guard let id = JobID(text) else { throw noJob(text) }
        return id
    }

    private static func noJob(_ id: String) -> Problem { .notFound("certification job", id: id) }
}
