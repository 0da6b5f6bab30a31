import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// OpenAI's chat completions at `/openai/v1`, answered by the same simulated models that Bedrock's calls are.
struct ChatEndpoint: Sendable {
    static let path = "/openai/v1/"
    /// Models that only this endpoint has, beside those that misbehave by name (`simulator.throttle-v1:0`).
    static let models = ["chat-small", "chat-large"]

    let key: String
    let plan: BehaviourPlan
    let calls: CallLog

    /// The answer to any request; what goes wrong is an answer too.
    func respond(to request: Request, path: String, body: Data, requestID: String) async throws -> Response {
        do {
            guard request.headers[.authorization] == "Bearer \(key)" else { throw ChatError.wrongKey }
            switch (request.method, path) {
            case (.get, "\(Self.path)models"): return try .chat(Self.list, requestID: requestID)
            case (.post, "\(Self.path)chat/completions"): return try await answer(body, requestID: requestID)
            default:
                throw ChatError(status: 404, message: "Invalid URL (\(path))", type: "invalid_request_error")
            }
        } catch let error as ChatError {
            return try .chat(error.body, status: error.status, requestID: requestID, retryAfter: error.retryAfter)
        } catch let error as BedrockError {
            return try .chat(ChatError.invalid(error.message).body, status: 400, requestID: requestID)
        }
    }

    private static var list: JSONValue {
        .object([
            "object": .string("list"),
            "data": .array(
                models.map { id in
                    .object(["id": .string(id), "object": .string("model"), "owned_by": .string("simulator")])
                }),
        ])
    }

    private func answer(_ body: Data, requestID: String) async throws -> Response {
        guard let question = try? JSONDecoder().decode(ChatQuestion.self, from: body) else {
            throw ChatError.invalid("The body is no chat completion request: 'model' and 'messages' are required.")
        }
        try question.validate()
        let model = question.model
        guard Self.models.contains(model) || Behaviour(simulatorModel: model) != nil else {
            throw ChatError.unknownModel(model)
        }
        calls.count(model, \.calls)
        guard plan.admits(model: model, region: Region.global, at: Date()) else {
            calls.count(model, \.throttled)
            throw ChatError(of: .throttle, model: model) ?? .unknownModel(model)
        }
        let (behaviour, scale) = plan.next(model: model, region: Region.global)
        if let refusal = ChatError(of: behaviour, model: model) {
            if behaviour.isThrottle { calls.count(model, \.throttled) }
            throw refusal
        }
        let wire = ChatWire(
            requestID: requestID, question: question, answer: try ChatAnswer(to: question, behaviour: behaviour))
        let latency = LatencyProfile(modelID: model, scale: scale)
        // Such a model's only delay is the one that it is told.
        if behaviour != .delayFirstChunk { try await Self.pause(for: latency.firstToken) }
        calls.count(model, \.answered)
        guard question.stream == true else {
            try await Self.pause(for: latency.perToken * wire.answer.tokens.count)
            return try .chat(wire.completion, requestID: requestID)
        }
        return Response(
            status: .ok, headers: .chat(requestID, "text/event-stream"),
            body: ResponseBody { writer in
                try await write(wire, behaviour, latency) { event in
                    try await writer.write(ByteBuffer(string: "data: \(event)\n\n"))
                }
                try await writer.finish(nil)
            })
    }

    /// The region that the control file's rules know this endpoint by.
    private enum Region { static let global = "global" }

    /// Ends the connection without ending the body.
    private struct StreamCut: Error {}

    private func write(
        _ wire: ChatWire, _ behaviour: Behaviour, _ latency: LatencyProfile,
        _ sendText: (String) async throws -> Void
    ) async throws {
        func send(_ value: JSONValue) async throws {
            try await sendText(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
        }
        let tokens = wire.answer.tokens
        try await send(wire.start)
        switch behaviour {
        case .breakStream:
            for token in tokens.prefix(2) { try await send(wire.delta(token)) }
            return try await send(
                ChatError(status: 500, message: "The server had an error while streaming.", type: "server_error").body)
        case .cutStream:
            for token in tokens.prefix(2) { try await send(wire.delta(token)) }
            throw StreamCut()
        case .buffer:
            try await Self.pause(for: latency.perToken * tokens.count)
            if !tokens.isEmpty { try await send(wire.delta(wire.answer.text)) }
        case .delayFirstChunk:
            // From the head on: what begins the message says nothing yet.
            try await Self.pause(for: plan.delay)
            fallthrough
        default:
            for token in tokens {
                try await send(wire.delta(token))
                try await Self.pause(for: behaviour == .streamSlowly ? latency.perToken * 10 : latency.perToken)
            }
        }
        for delta in wire.answer.call.map(wire.callDeltas) ?? [] { try await send(delta) }
        try await send(wire.finish)
        if wire.question.streamOptions?.includeUsage == true { try await send(wire.usageChunk) }
        try await sendText("[DONE]")
    }

    private static func pause(for time: Duration) async throws {
        guard time > .zero else { return }
        try await cancelWhenGracefulShutdown { try await Task.sleep(for: time) }
    }
}
