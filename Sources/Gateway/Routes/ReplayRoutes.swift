import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Replays of dead letters: start, look at, stop, resume.
struct ReplayRoutes: Sendable {
    /// How many letters a dry run lists; it counts them all.
    private static let previewLimit = 1_000

    let store: CertificationStore
    let cursors: CursorSigner
    let bodyLimits: JSONRequest.Limits
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.replays)", [.get: list, .post: start]),
            Endpoint("\(APIPath.replays)/{id}", [.get: show]),
            Endpoint("\(APIPath.replays)/{id}/stop", [.post: stop]),
            Endpoint("\(APIPath.replays)/{id}/resume", [.post: resume]),
        ]
    }

    @Sendable private func start(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        let json = try await JSONRequest.decode(JSONValue.self, from: request, limits: bodyLimits)
        let wish = try ReplayRequestBody(json)
        if wish.isDryRun {
            guard let preview = try await store.previewReplay(of: wish.selection, listing: Self.previewLimit) else {
                throw Self.tooMany
            }
            return try JSONResponse.encode(ReplayPreviewBody(preview), status: .ok)
        }
        let start = try await store.startReplay(
            of: wish.selection, words: wish.words, plan: wish.plan, who: caller.subject, now: now())
        switch start {
        case .started(let replay): return try Self.accept(replay, context)
        case .nothingSelected:
            throw Problem.invalid([Fault(.body(""), "No open dead letter is among these. Look with 'dryRun': true.")])
        case .tooMany: throw Self.tooMany
        case .alreadyRunning(let id):
            throw Problem(
                .replayRunning,
                detail: "The replay \(id) is running and holds some of these letters. Await its end, or stop it.")
        }
    }

    private static func accept(_ replay: ReplayRecord, _ context: GatewayContext) throws -> Response {
        let total = replay.counts.values.reduce(0, +)
        context.log.info("Replay started", metadata: ["replayId": "\(replay.id)", "letters": "\(total)"])
        let body = ReplayBody(replay)
        return try JSONResponse.encode(body, status: .accepted, headers: [.location: body.links.`self`])
    }

    @Sendable private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: PageRequest.parameters)
        let page = PageRequest(path: APIPath.replays, filters: [], query: &query, signer: cursors)
        try query.check()
        let found = try await store.replays(
            after: page.after.map(ReplayID.init(rawValue:)), limit: page.fetchLimit)
        let (replays, next) = page.page(of: found, id: \.id.rawValue, signer: cursors)
        return try JSONResponse.encode(
            ReplayPageBody(replays: replays.map(ReplayBody.init), next: next), status: .ok,
            headers: PageRequest.link(next: next))
    }

    @Sendable private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let id = try Self.id(context)
        var query = QueryReader(request, known: ["state"] + PageRequest.parameters)
        let state = query.choice("state", of: ReplayItemState.self)
        let page = PageRequest(
            path: "\(APIPath.replays)/\(id)", filters: [("state", state?.rawValue)], query: &query, signer: cursors)
        try query.check()
        guard let replay = try await store.replay(id) else { throw Self.noReplay("\(id)") }
        let found = try await store.items(
            of: id, in: state, after: page.after.map(ReplayItemID.init(rawValue:)), limit: page.fetchLimit)
        let (items, next) = page.page(of: found, id: \.id.rawValue, signer: cursors)
        let audit = try await store.audit(of: id)
        return try JSONResponse.encode(
            ReplayDetailBody(
                replay: ReplayBody(replay), items: items.map(ReplayItemBody.init),
                audit: audit.map(DeadLetterAuditBody.init), next: next),
            status: .ok, headers: PageRequest.link(next: next))
    }

    @Sendable private func stop(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        return try Self.respond(
            try await store.stopReplay(
                try Self.id(context), reason: "Stopped by \(caller.subject).", who: caller.subject, now: now()),
            context)
    }

    @Sendable private func resume(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        return try Self.respond(
            try await store.resumeReplay(try Self.id(context), who: caller.subject, now: now()), context)
    }

    /// A state that the replay is in already is as good as reached.
    private static func respond(_ change: ReplayChange, _ context: GatewayContext) throws -> Response {
        switch change {
        case .changed(let replay), .unchanged(let replay):
            guard replay.state != .completed else {
                throw Problem(.replayFinished, detail: "The replay has completed, so that there is nothing to steer.")
            }
            context.log.info("Replay steered", metadata: ["replayId": "\(replay.id)", "state": "\(replay.state)"])
            return try JSONResponse.encode(ReplayBody(replay), status: .ok)
        case .notFound:
            throw noReplay(try context.parameters.require("id"))
        }
    }

    /// What is no UUID is no replay's id either.
    private static func id(_ context: GatewayContext) throws -> ReplayID {
        let text = try context.parameters.require("id")
        guard let id = ReplayID(text) else { throw noReplay(text) }
        return id
    }

    private static var tooMany: Problem {
        let limit = CertificationStore.replayLimit
        return .invalid([
            Fault(
                .body(""),
                "More than \(limit) letters match, and a replay holds \(limit) at most. Narrow the filter, such as by 'since' and 'until'."
            )
        ])
    }

    private static func noReplay(_ id: String) -> Problem { .notFound("replay", id: id) }
}
