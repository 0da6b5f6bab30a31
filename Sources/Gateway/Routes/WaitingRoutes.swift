import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Waiting work: look at it, send it now, put it off, cancel it; one item or many.
struct WaitingRoutes: Sendable {
    let store: CertificationStore
    let registry: RegistryHolder
    let cursors: CursorSigner
    let bodyLimits: JSONRequest.Limits
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.waiting)", [.get: list]),
            Endpoint("\(APIPath.waiting)/run-now", [.post: runAllNow]),
            Endpoint("\(APIPath.waiting)/postpone", [.post: postponeAll]),
            Endpoint("\(APIPath.waiting)/cancel", [.post: cancelAll]),
            Endpoint("\(APIPath.waiting)/{id}", [.delete: cancel]),
            Endpoint("\(APIPath.waiting)/{id}/run-now", [.post: runNow]),
            Endpoint("\(APIPath.waiting)/{id}/postpone", [.post: postpone]),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: ["kind", "job", "model", "region"] + PageRequest.parameters)
        let filter = filter(in: &query)
        let filters = [
            ("kind", filter.kind?.rawValue), ("job", filter.job?.description), ("model", filter.model?.rawValue),
            ("region", filter.region?.rawValue),
        ]
        let page = PageRequest(path: APIPath.waiting, filters: filters, query: &query, signer: cursors)
        try query.check()
        let found = try await store.waiting(
            matching: filter,
            after: page.afterMoment.map { WaitingCursor(due: $0.moment, id: MessageID(rawValue: $0.id)) },
            limit: page.fetchLimit)
        let part = page.page(of: found, moment: { ($0.due, $0.id.rawValue) }, signer: cursors)
        return try JSONResponse.encode(
            WaitingPageBody(items: part.elements.map(WaitingItemBody.init), next: part.next), status: .ok,
            headers: PageRequest.link(next: part.next))
    }

    private func filter(in query: inout QueryReader) -> WaitingFilter {
        let registry = registry.current
        let model = registry.model(in: &query)
        var filter = WaitingFilter(
            kind: query.choice("kind", of: WaitingItem.Kind.self), provider: model?.provider, model: model?.id,
            region: registry.region(in: &query))
        if let text = query.text("job") {
            filter.job = JobID(text)
            if filter.job == nil { query.fail("job", "This must be a job's id.") }
        }
        return filter
    }

    @Sendable private func runNow(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        return try await act(.runNow, context)
    }

    @Sendable private func postpone(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let body = try await JSONRequest.decode(WaitingActionBody.One.self, from: request, limits: bodyLimits)
        return try await act(try body.postponement(now: now()), context)
    }

    @Sendable private func cancel(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        return try await act(.cancel, context)
    }

    private func act(_ action: WaitingAction, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        let text = try context.parameters.require("id")
        guard let id = MessageID(text) else { throw Problem.notFound("waiting item", id: text) }
        guard let item = try await store.act(action, on: id, by: caller.subject, now: now()) else {
            throw Problem(
                .alreadyOnItsWay,
                detail: "It is already on its way, was put off under another id or has ended. GET \(APIPath.waiting) "
                    + "lists what waits.")
        }
        context.log.notice(
            "Waiting work changed by hand",
            metadata: [
                "action": "\(action.name)", "certificationId": "\(item.certificationID)", "jobId": "\(item.jobID)",
            ])
        return try JSONResponse.encode(WaitingItemBody(item), status: .ok)
    }

    @Sendable private func runAllNow(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let body = try await JSONRequest.decode(WaitingActionBody.Many.self, from: request, limits: bodyLimits)
        return try await act(.runNow, onAll: try body.filter(in: registry.current), context)
    }

    @Sendable private func postponeAll(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let body = try await JSONRequest.decode(WaitingActionBody.ManyPostponed.self, from: request, limits: bodyLimits)
        let (filter, action) = try body.selection(in: registry.current, now: now())
        return try await act(action, onAll: filter, context)
    }

    @Sendable private func cancelAll(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let body = try await JSONRequest.decode(WaitingActionBody.Many.self, from: request, limits: bodyLimits)
        return try await act(.cancel, onAll: try body.filter(in: registry.current), context)
    }

    private func act(
        _ action: WaitingAction, onAll filter: WaitingFilter, _ context: GatewayContext
    ) async throws -> Response {
        let caller = try context.authenticatedCaller()
        let outcome = try await store.act(action, onAll: filter, by: caller.subject, now: now())
        context.log.notice(
            "Waiting work changed by hand",
            metadata: [
                "action": "\(action.name)", "filter": "\(filter.description)", "changed": "\(outcome.changed)",
            ])
        return try JSONResponse.encode(
            WaitingOutcomeBody(changed: outcome.changed, hasMore: outcome.hasMore), status: .ok)
    }
}
