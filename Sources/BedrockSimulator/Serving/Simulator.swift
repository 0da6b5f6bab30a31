import AWSWire
import Certification
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// Bedrock's runtime and control plane from the server's side: authenticates, finds the model, answers or misbehaves.
struct Simulator: Sendable {
    private static let bodyLimit = 25 * 1024 * 1024

    let verifier: SigV4Verifier
    let catalogue: ModelCatalogue
    let plan: BehaviourPlan
    let calls = CallLog()
    /// What `/openai/v1` wants as a bearer token.
    var chatKey = "sk-simulator"
    let logger: Logger

    /// The answer to any request; what goes wrong is an answer too.
    func respond(to request: Request) async throws -> Response {
        let requestID = UUID().uuidString.lowercased()
        let response = try await answer(request, requestID: requestID)
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, requestID: String) async throws -> Response {
        do {
            return try await route(request, requestID: requestID)
        } catch let error as BedrockError {
            return try .bedrock(error, requestID: requestID)
        } catch is CancellationError {
            // The simulator shuts down.
            return try .bedrock(BedrockError.unavailable, requestID: requestID)
        } catch {
            logger.warning("A request could not be answered", metadata: ["error": "\(error)"])
            return try .bedrock(BedrockError.internalFailure, requestID: requestID)
        }
    }

    private func route(_ request: Request, requestID: String) async throws -> Response {
        let parts = (request.head.path ?? "/").split(separator: "?", maxSplits: 1).map(String.init)
        let path = parts.first ?? "/"
        if request.method == .get, path == "/_simulator/calls" { return try .bedrock(calls.all, requestID: requestID) }

        var request = request
        let body = try await collectBody(of: &request)
        if path.hasPrefix(ChatEndpoint.path) {
            return try await ChatEndpoint(key: chatKey, plan: plan, calls: calls)
                .respond(to: request, path: path, body: body, requestID: requestID)
        }
        let region = try authenticate(request, path: path, query: parts.count > 1 ? parts[1] : "", body: body)
        switch request.method {
        case .get:
            return try control(path, query: parts.count > 1 ? parts[1] : "", in: region, requestID: requestID)
        case .post:
            return try await invoke(path, request, body: body, from: region, requestID: requestID)
        default:
            throw BedrockError.unknownOperation
        }
    }

    private func control(_ path: String, query: String, in region: Region, requestID: String) throws -> Response {
        let plane = ControlPlane(catalogue: catalogue, lifecycles: plan.lifecycles)
        switch path {
        case "/foundation-models":
            return try .bedrock(plane.foundationModels(in: region), requestID: requestID)
        case "/inference-profiles":
            return try .bedrock(
                plane.inferenceProfiles(in: region, query: Self.parameters(query)), requestID: requestID)
        default:
            guard let match = path.wholeMatch(of: /\/foundation-model-availability\/([^\/]+)/) else {
                throw BedrockError.unknownOperation
            }
            return try .bedrock(
                plane.availability(of: String(match.1).removingPercentEncoding ?? ""), requestID: requestID)
        }
    }

    private static func parameters(_ query: String) -> [String: String] {
        query.split(separator: "&").reduce(into: [:]) { parameters, field in
            let parts = field.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
            if let name = parts.first { parameters[name] = parts.count > 1 ? parts[1] : "" }
        }
    }

    private func collectBody(of request: inout Request) async throws -> Data {
        do {
            return Data((try await request.collectBody(upTo: Self.bodyLimit)).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw BedrockError.validation("The request is longer than \(Self.bodyLimit) bytes.")
        }
    }

    private func authenticate(
        _ request: Request, path: String, query: String, body: Data
    ) throws(BedrockError) -> Region {
        var headers = request.headers.map { (name: $0.name.rawName, value: $0.value) }
        headers.append((name: "host", value: request.head.authority ?? ""))
        let signed = SignableRequest(
            method: request.method.rawValue, path: path, query: query, headers: headers, body: body)
        let verification = verifier.verify(signed, now: Date())
        guard case .verified(_, let region) = verification else {
            throw BedrockError(
                type: verification.exceptionName ?? "AccessDeniedException", status: verification.httpStatus,
                message: verification.message)
        }
        return Region(region)
    }

    private func invoke(
        _ path: String, _ request: Request, body: Data, from region: Region, requestID: String
    ) async throws -> Response {
        guard
            let match = path.wholeMatch(
                of: /\/model\/(.+)\/(converse|converse-stream|invoke|invoke-with-response-stream)/)
        else { throw BedrockError.unknownOperation }
        guard let called = String(match.1).removingPercentEncoding else { throw BedrockError.unknownModel }
        let isStreamed = match.2.hasSuffix("stream")
        let model = try catalogue.resolve(called, from: region)
        let earlierCalls = calls.all[model]?.calls ?? 0
        calls.count(model, \.calls)
        guard plan.admits(model: model, region: region.rawValue, at: Date()) else {
            calls.count(model, \.throttled)
            throw BedrockError.throttled
        }
        let dialect = try match.2.hasPrefix("invoke") ? self.dialect(of: model) : nil
        let conversation = try dialect?.request(body) ?? ConverseRequest(body: body)
        // Counted after the request was read: a share of calls is one of calls that can be understood.
        let next = plan.next(model: model, region: region.rawValue)
        let refusal = BedrockError(
            of: next.behaviour, model: model, isStreamed: isStreamed, hasTools: conversation.hasTools)
        if let refusal, next.behaviour.isThrottle {
            // A call above the quota is refused whatever it says.
            calls.count(model, \.throttled)
            throw refusal
        }
        if next.behaviour != .acceptAnything {
            try conversation.validate(for: catalogue.limits(of: model, behaviour: next.behaviour))
        }
        if next.behaviour == .timeOut { try await hang(request, model: model) }
        if next.behaviour == .lackConverse, dialect == nil { throw BedrockError.converseUnsupported }
        if let refusal { throw refusal }
        let utterance = Answerer(behaviour: next.behaviour, turn: earlierCalls)
            .answer(to: conversation, isStreamed: isStreamed)
        let turn = Turn(
            model: model, behaviour: next.behaviour, latency: LatencyProfile(modelID: model, scale: next.latencyScale),
            calls: calls,
            answer: SimulatedAnswer(saying: utterance, to: conversation, behaviour: next.behaviour),
            delay: plan.delay)
        if let dialect { return try await turn.answer(in: dialect, isStreamed: isStreamed, requestID: requestID) }
        return isStreamed ? try await turn.stream(requestID: requestID) : try await turn.reply(requestID: requestID)
    }

    private func dialect(of model: String) throws(BedrockError) -> InvokeDialect {
        guard let dialect = InvokeDialect(model: model) else {
            throw .validation("The simulator knows no format of InvokeModel for this model.")
        }
        return dialect
    }

    /// Waits until the client of a request whose body has been collected goes away or the simulator shuts down, then throws.
    private func hang(_ request: Request, model: String) async throws {
        let (present, source) = AsyncStream<Void>.makeStream()
        try await request.body.consumeWithInboundCloseHandler { _ in
            await cancelWhenGracefulShutdown { for await _ in present {} }
        } onInboundClosed: {
            // Shutting down closes the connection too.
            if !Task.isShuttingDownGracefully { calls.count(model, \.abandoned) }
            source.finish()
        }
        throw CancellationError()
    }
}
