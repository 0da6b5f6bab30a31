import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// One call of a model that gets as far as an answer.
struct Turn: Sendable {
    private let model: String
    private let behaviour: Behaviour
    private let latency: LatencyProfile
    private let calls: CallLog
    private let answer: SimulatedAnswer

    init(model: String, behaviour: Behaviour, latency: LatencyProfile, request: ConverseRequest, calls: CallLog) {
        self.model = model
        self.behaviour = behaviour
        self.latency = latency
        self.calls = calls
        let text =
            switch behaviour {
            case .endEmpty: ""
            case .answerBadly: "Bananas are the answer to every question, one two three."
            default: Answerer().answer(to: request)
            }
        answer = SimulatedAnswer(saying: text, to: request)
    }

    /// The answer to Converse.
    ///
    /// - Throws: `CancellationError` when the simulator shuts down meanwhile.
    func reply(requestID: String) async throws -> Response {
        let time = latency.firstToken + latency.perToken * answer.tokens.count
        try await Self.pause(for: time)
        let body = try JSONEncoder().encode(ConverseReply(answer, latency: time))
        calls.count(model, \.answered)
        return Response(
            status: .ok, headers: .bedrock(requestID: requestID, contentType: "application/json"),
            body: ResponseBody(contentLength: body.count) { writer in
                try await countingAbandonment {
                    try await writer.write(ByteBuffer(bytes: body))
                    try await writer.finish(nil)
                }
            })
    }

    /// The answer to ConverseStream.
    ///
    /// - Throws: `CancellationError` when the simulator shuts down before the first token.
    func stream(requestID: String) async throws -> Response {
        try await Self.pause(for: latency.firstToken)
        calls.count(model, \.answered)
        return Response(
            status: .ok,
            headers: .bedrock(requestID: requestID, contentType: "application/vnd.amazon.eventstream"),
            body: ResponseBody { writer in
                try await countingAbandonment {
                    try await write { try await writer.write(ByteBuffer(bytes: $0)) }
                    try await writer.finish(nil)
                }
            })
    }

    /// Ends the connection without ending the body.
    private struct StreamCut: Error {}

    /// A client that is gone shows by a write that fails.
    private func countingAbandonment(_ write: () async throws -> Void) async throws {
        do {
            try await write()
        } catch {
            if !(error is StreamCut), !(error is CancellationError) { calls.count(model, \.abandoned) }
            throw error
        }
    }

    /// How much of its text a stream that ends badly gets to send.
    private static let tokensBeforeTheEnd = 2

    private func write(_ send: (Data) async throws -> Void) async throws {
        let started = ContinuousClock.now
        try await send(try StreamFrame.start())
        switch behaviour {
        case .breakStream:
            try await stream(answer.tokens.prefix(Self.tokensBeforeTheEnd), send)
            return try await send(
                try StreamFrame.exception(
                    "modelStreamErrorException", "The model encountered an error while streaming its answer."))
        case .cutStream:
            try await stream(answer.tokens.prefix(Self.tokensBeforeTheEnd), send)
            throw StreamCut()
        case .buffer:
            try await Self.pause(for: latency.perToken * answer.tokens.count)
            if !answer.tokens.isEmpty { try await send(try StreamFrame.delta(answer.text)) }
        default:
            try await stream(answer.tokens[...], send)
        }
        try await send(try StreamFrame.blockStop())
        try await send(try StreamFrame.stop(answer.stopReason))
        try await send(try StreamFrame.metadata(answer, latency: started.duration(to: .now) + latency.firstToken))
    }

    private func stream(_ tokens: ArraySlice<String>, _ send: (Data) async throws -> Void) async throws {
        let time = behaviour == .streamSlowly ? latency.perToken * 10 : latency.perToken
        for token in tokens {
            try await send(try StreamFrame.delta(token))
            try await Self.pause(for: time)
        }
    }

    /// - Throws: `CancellationError` at once when the simulator shuts down: nobody waits for simulated thinking.
    private static func pause(for time: Duration) async throws {
        guard time > .zero else { return }
        try await cancelWhenGracefulShutdown { try await Task.sleep(for: time) }
    }
}
