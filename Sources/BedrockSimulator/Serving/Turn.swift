import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// One call of a model that gets as far as an answer.
struct Turn: Sendable {
    let model: String
    let behaviour: Behaviour
    let latency: LatencyProfile
    let calls: CallLog
    let answer: SimulatedAnswer
    /// How long a model that delays its first chunk does so.
    let delay: Duration

    /// The answer to Converse.
    ///
    /// - Throws: `CancellationError` when the simulator shuts down meanwhile.
    func reply(requestID: String) async throws -> Response {
        try await reply(
            JSONEncoder().encode(ConverseReply(answer, behaviour: behaviour, latency: wholeTime)),
            headers: .bedrock(requestID: requestID, contentType: "application/json"))
    }

    /// A body of any format, when the model has had its time.
    func reply(_ body: Data, headers: HTTPFields) async throws -> Response {
        try await Self.pause(for: wholeTime)
        calls.count(model, \.answered)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(contentLength: body.count) { writer in
                try await countingAbandonment {
                    if behaviour == .hangUp {
                        try await writer.write(ByteBuffer(bytes: body.prefix(body.count / 2)))
                        throw Cut()
                    }
                    try await writer.write(ByteBuffer(bytes: body))
                    try await writer.finish(nil)
                }
            })
    }

    /// The answer to ConverseStream.
    func stream(requestID: String) async throws -> Response {
        try await stream(
            StreamScript(answer, behaviour: behaviour, latency: latency, delay: delay), requestID: requestID)
    }

    /// - Throws: `CancellationError` when the simulator shuts down before the first token.
    func stream(_ script: StreamScript, requestID: String) async throws -> Response {
        // Such a model's only delay is the one that it is told.
        if behaviour != .delayFirstChunk { try await Self.pause(for: latency.firstToken) }
        calls.count(model, \.answered)
        return Response(
            status: .ok,
            headers: .bedrock(requestID: requestID, contentType: "application/vnd.amazon.eventstream"),
            body: ResponseBody { writer in
                try await countingAbandonment {
                    for step in script.steps {
                        try await Self.pause(for: step.pause)
                        if !step.bytes.isEmpty { try await writer.write(ByteBuffer(bytes: step.bytes)) }
                    }
                    switch script.end {
                    case .finish: try await writer.finish(nil)
                    case .cut: throw Cut()
                    case .endless(let piece):
                        while true { try await writer.write(ByteBuffer(bytes: piece)) }
                    }
                }
            })
    }

    private var wholeTime: Duration { latency.firstToken + latency.perToken * answer.outputTokens }

    /// Ends the connection without ending the body.
    private struct Cut: Error {}

    /// A client that is gone shows by a write that fails.
    private func countingAbandonment(_ write: () async throws -> Void) async throws {
        do {
            try await write()
        } catch {
            if !(error is Cut), !(error is CancellationError) { calls.count(model, \.abandoned) }
            throw error
        }
    }

    /// - Throws: `CancellationError` at once when the simulator shuts down: nobody waits for simulated thinking.
    private static func pause(for time: Duration) async throws {
        guard time > .zero else { return }
        try await cancelWhenGracefulShutdown { try await Task.sleep(for: time) }
    }
}
