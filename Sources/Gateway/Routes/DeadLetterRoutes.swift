import CertificationStore
import Contracts
import Foundation
import Hummingbird
import Logging

/// Dead letters: list, group, look at, edit, discard.
struct DeadLetterRoutes: Sendable {
    private static let groupLimit = 200

    let store: CertificationStore
    let cursors: CursorSigner
    let bodyLimits: JSONRequest.Limits
    let now: @Sendable () -> Date

    var endpoints: [Endpoint] {
        [
            Endpoint("\(APIPath.deadLetters)", [.get: list]),
            Endpoint("\(APIPath.deadLetters)/groups", [.get: groups]),
            Endpoint("\(APIPath.deadLetters)/discard", [.post: discardMany]),
            Endpoint("\(APIPath.deadLetters)/{id}", [.get: show]),
            Endpoint("\(APIPath.deadLetters)/{id}/edit", [.post: edit]),
            Endpoint("\(APIPath.deadLetters)/{id}/discard", [.post: discard]),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: Self.parameters + PageRequest.parameters)
        let (filter, values) = Self.filter(in: &query)
        let page = PageRequest(path: APIPath.deadLetters, filters: values, query: &query, signer: cursors)
        try query.check()
        let found = try await store.deadLetters(
            matching: filter, after: page.after.map(LetterID.init(rawValue:)), limit: page.fetchLimit)
        let (letters, next) = page.page(of: found, id: \.id.rawValue, signer: cursors)
        return try JSONResponse.encode(
            DeadLetterPageBody(deadLetters: letters.map(DeadLetterBody.init), next: next), status: .ok,
            headers: PageRequest.link(next: next))
    }

    @Sendable private func groups(_ request: Request, _ context: GatewayContext) async throws -> Response {
        var query = QueryReader(request, known: Self.parameters)
        let (filter, _) = Self.filter(in: &query)
        try query.check()
        let groups = try await store.deadLetterGroups(matching: filter, limit: Self.groupLimit)
        return try JSONResponse.encode(
            DeadLetterGroupListBody(groups: groups.map(DeadLetterGroupBody.init)), status: .ok)
    }

    @Sendable private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        try QueryReader(request, known: []).check()
        let id = try Self.id(context)
        guard let detail = try await store.deadLetter(id) else { throw Self.noLetter("\(id)") }
        return try JSONResponse.revalidated(DeadLetterDetailBody(detail), for: request)
    }

    @Sendable private func edit(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        let id = try Self.id(context)
        let json = try await JSONRequest.decode(JSONValue.self, from: request, limits: bodyLimits)
        let (edit, isDryRun) = try Self.edit(json)
        switch try await store.edit(id, edit, who: caller.subject, dryRun: isDryRun, now: now()) {
        case .stored(let revision):
            context.log.info("Dead letter edited", metadata: ["letterId": "\(id)", "dryRun": "\(isDryRun)"])
            return try JSONResponse.encode(DeadLetterRevisionBody(revision), status: .ok)
        case .unchanged:
            throw Problem.invalid([Fault(.body(""), "This is what the letter holds already.")])
        case .unreadable(let fault):
            throw Problem.invalid([Fault(.body("/payload"), "No consumer could read the result. \(fault)")])
        case .unroutable(let fault): throw Problem.invalid([.field("routingKey", fault)])
        case .notOpen(let status): throw Self.closed(status)
        case .notFound: throw Self.noLetter("\(id)")
        }
    }

    private static func edit(_ json: JSONValue) throws -> (DeadLetterEdit, isDryRun: Bool) {
        var reader = BodyReader(json, known: ["payload", "payloadBase64", "attempt", "routingKey", "dryRun"])
        var edit = DeadLetterEdit(
            body: reader.base64("payloadBase64"), attempt: reader.integer("attempt", in: 1...1_000),
            routingKey: reader.text("routingKey", limit: 255).map { RoutingKey($0) })
        if let payload = reader.json("payload") {
            if reader.has("payloadBase64") { reader.fail("payloadBase64", "Send one of 'payload' and this.") }
            edit.body = try JSONResponse.data(payload)
        }
        let isDryRun = reader.boolean("dryRun") ?? false
        try reader.check()
        return (edit, isDryRun)
    }

    @Sendable private func discard(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        let id = try Self.id(context)
        let json = try await JSONRequest.decode(JSONValue.self, from: request, limits: bodyLimits)
        var reader = BodyReader(json, known: ["reason"])
        let reason = try Self.reason(in: &reader)
        switch try await store.discard(id, reason: reason, who: caller.subject, now: now()) {
        case .discarded: return try JSONResponse.encode(DiscardedBody(discarded: 1, hasMore: false), status: .ok)
        case .notOpen(let status): throw Self.closed(status)
        case .notFound: throw Self.noLetter("\(id)")
        }
    }

    @Sendable private func discardMany(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let caller = try context.authenticatedCaller()
        try QueryReader(request, known: []).check()
        let json = try await JSONRequest.decode(JSONValue.self, from: request, limits: bodyLimits)
        var reader = BodyReader(json, known: ["filter", "reason"])
        var filter = DeadLetterFilter()
        if let json = reader.json("filter") {
            (filter, _) = DeadLetterFilter.read(json, &reader)
        } else {
            reader.fail("filter", "Say which letters.")
        }
        let reason = try Self.reason(in: &reader)
        let discarded = try await store.discard(matching: filter, reason: reason, who: caller.subject, now: now())
        context.log.info("Dead letters discarded", metadata: ["count": "\(discarded.count)"])
        return try JSONResponse.encode(
            DiscardedBody(discarded: discarded.count, hasMore: discarded.hasMore), status: .ok)
    }

    /// The reason is not optional: whoever looks at the audit trail later wants to know.
    private static func reason(in reader: inout BodyReader) throws(Problem) -> String {
        let reason = reader.text("reason")
        if !reader.has("reason") { reader.fail("reason", "Say why, in 1 to 500 bytes.") }
        try reader.check()
        return reason ?? ""
    }

    // MARK: - Filters

    private static let parameters = [
        "status", "cause", "type", "queue", "fingerprint", "job", "q", "since", "until",
    ]

    private static func filter(in query: inout QueryReader) -> (DeadLetterFilter, [(name: String, value: String?)]) {
        var filter = DeadLetterFilter(
            status: query.choice("status", of: DeadLetterStatus.self), cause: query.text("cause"),
            type: query.text("type"), queue: query.text("queue"), fingerprint: query.text("fingerprint"),
            text: query.text("q"))
        let (job, since, until) = (query.text("job"), query.text("since"), query.text("until"))
        filter.job = job.flatMap { JobID($0) }
        filter.since = since.flatMap { Date(rfc3339: $0) }
        filter.until = until.flatMap { Date(rfc3339: $0) }
        if job != nil, filter.job == nil { query.fail("job", "This must be a job's id.") }
        let expectation = "This must be a date such as 2026-11-21T08:00:00Z."
        if since != nil, filter.since == nil { query.fail("since", expectation) }
        if until != nil, filter.until == nil { query.fail("until", expectation) }
        let values = [
            ("status", filter.status?.rawValue), ("cause", filter.cause), ("type", filter.type),
            ("queue", filter.queue), ("fingerprint", filter.fingerprint), ("job", job), ("q", filter.text),
            ("since", since), ("until", until),
        ]
        return (filter, values.map { (name: $0.0, value: $0.1) })
    }

    // MARK: - Problems

    /// What is no UUID is no letter's id either.
    private static func id(_ context: GatewayContext) throws -> LetterID {
        let text = try context.parameters.require("id")
        guard let id = LetterID(text) else { throw noLetter(text) }
        return id
    }

    private static func noLetter(_ id: String) -> Problem { .notFound("dead letter", id: id) }

    private static func closed(_ status: DeadLetterStatus) -> Problem {
        Problem(.deadLetterClosed, detail: "The letter is \(status.rawValue); only an OPEN one can be changed.")
    }
}
