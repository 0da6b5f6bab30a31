import AWSWire
import Foundation

/// The events of a stream, each a frame of the binary event stream.
enum StreamFrame {
    private struct Start: Encodable { var role = "assistant" }

    private struct BlockStart: Encodable {
        struct Content: Encodable { var toolUse: ToolUse }

        struct ToolUse: Encodable {
            var toolUseId: String
            var name: String
        }

        var contentBlockIndex: Int
        var start: Content
    }

    private struct Delta: Encodable {
        struct Content: Encodable {
            struct ToolUse: Encodable { var input: String }

            struct Reasoning: Encodable {
                var text: String?
                var redactedContent: Data?
            }

            var text: String?
            var toolUse: ToolUse?
            var reasoningContent: Reasoning?
        }

        var contentBlockIndex: Int
        var delta: Content
    }

    private struct BlockStop: Encodable { var contentBlockIndex: Int }
    private struct Stop: Encodable { var stopReason: String }

    private struct Metadata: Encodable {
        var usage: ConverseReply.Usage?
        var metrics: ConverseReply.Timing
    }

    private struct Failure: Encodable { var message: String }
    private struct Chunk: Encodable { var bytes: Data }

    static func start() throws -> Data { try frame("messageStart", Start()) }

    static func toolStart(_ call: SimulatedToolCall, block: Int) throws -> Data {
        let start = BlockStart.Content(toolUse: BlockStart.ToolUse(toolUseId: call.id, name: call.name))
        return try frame("contentBlockStart", BlockStart(contentBlockIndex: block, start: start))
    }

    static func delta(_ text: String, block: Int) throws -> Data {
        try frame("contentBlockDelta", Delta(contentBlockIndex: block, delta: Delta.Content(text: text)))
    }

    static func toolDelta(_ input: String, block: Int) throws -> Data {
        let delta = Delta.Content(toolUse: Delta.Content.ToolUse(input: input))
        return try frame("contentBlockDelta", Delta(contentBlockIndex: block, delta: delta))
    }

    static func reasoningDelta(_ text: String, isRedacted: Bool, block: Int) throws -> Data {
        let reasoning =
            isRedacted
            ? Delta.Content.Reasoning(redactedContent: Data(text.utf8)) : Delta.Content.Reasoning(text: text)
        let delta = Delta.Content(reasoningContent: reasoning)
        return try frame("contentBlockDelta", Delta(contentBlockIndex: block, delta: delta))
    }

    static func blockStop(block: Int) throws -> Data {
        try frame("contentBlockStop", BlockStop(contentBlockIndex: block))
    }

    static func stop(_ reason: String) throws -> Data { try frame("messageStop", Stop(stopReason: reason)) }

    static func metadata(_ answer: SimulatedAnswer, behaviour: Behaviour, latency: Duration) throws -> Data {
        try frame(
            "metadata",
            Metadata(
                usage: behaviour == .omitUsage ? nil : ConverseReply.Usage(answer, behaviour: behaviour),
                metrics: ConverseReply.Timing(latencyMs: latency.wholeMilliseconds)))
    }

    /// One piece of InvokeModelWithResponseStream.
    static func chunk(_ json: Data) throws -> Data { try frame("chunk", Chunk(bytes: json)) }

    /// An exception after HTTP 200, as Bedrock sends it inside a stream.
    static func exception(_ exception: StreamException) throws -> Data {
        try EventStreamMessage.exception(
            type: exception.type, json: try JSONEncoder().encode(Failure(message: exception.message))
        ).encode()
    }

    private static func frame(_ type: String, _ payload: some Encodable) throws -> Data {
        try EventStreamMessage.event(type: type, json: try JSONEncoder().encode(payload)).encode()
    }
}
