import AWSWire
import Certification
import Foundation

/// What one message of a ConverseStream says (`ConverseStreamOutput`). Blocks are told apart by their index.
enum ConverseStreamEvent {
    case messageStart
    /// Blocks of text have no start of their own; `tool` is set when the block is a tool call.
    case blockStart(Int, tool: ToolCall?)
    case text(Int, String)
    /// Empty when the reasoning is redacted.
    case reasoning(Int, String)
    /// A piece of a tool call's arguments.
    case toolInput(Int, String)
    /// A delta of another kind: signatures, citations, and kinds yet to come.
    case otherDelta(Int)
    case blockStop(Int)
    case messageStop(StopReason)
    case metadata(usage: TokenUsage?, latency: Duration?)
    /// An exception or error after HTTP 200; `code` is the truth about it.
    case failure(code: String, message: String)
    /// An event yet to come.
    case other

    /// Reads a message; throws `DecodingError` when its payload is not what its type promises.
    init(_ message: EventStreamMessage) throws {
        switch message.meaning {
        case .event(let type):
            self = try Self.event(type: type, payload: message.payload)
        case .exception(let type):
            let body = BedrockErrorBody(message.payload)
            self = .failure(code: type, message: body?.text ?? "")
        case .error(let code, let message):
            self = .failure(code: code, message: message)
        case .unknown(let messageType):
            self = .failure(code: "", message: "a message of the unknown type '\(messageType ?? "")'")
        }
    }

    private static func event(type: String, payload: Data) throws -> ConverseStreamEvent {
        let decoder = JSONDecoder()
        switch type {
        case "messageStart":
            return .messageStart
        case "contentBlockStart":
            let event = try decoder.decode(ContentBlockStart.self, from: payload)
            let tool = event.start?.toolUse.map {
                ToolCall(id: $0.toolUseId ?? "", name: $0.name ?? "", arguments: "")
            }
            return .blockStart(event.contentBlockIndex ?? 0, tool: tool)
        case "contentBlockDelta":
            return try decoder.decode(ContentBlockDelta.self, from: payload).event
        case "contentBlockStop":
            return .blockStop(try decoder.decode(ContentBlockStop.self, from: payload).contentBlockIndex ?? 0)
        case "messageStop":
            return .messageStop(
                StopReason(converseName: try decoder.decode(MessageStop.self, from: payload).stopReason))
        case "metadata":
            let metadata = try decoder.decode(Metadata.self, from: payload)
            return .metadata(usage: metadata.usage?.tokenUsage, latency: metadata.metrics?.latency)
        default:
            return .other
        }
    }

    private struct ContentBlockStart: Decodable {
        struct Start: Decodable {
            struct ToolUse: Decodable {
                var toolUseId: String?
                var name: String?
            }

            var toolUse: ToolUse?
        }

        var contentBlockIndex: Int?
        var start: Start?
    }

    private struct ContentBlockDelta: Decodable {
        /// A union: one member at most.
        struct Delta: Decodable {
            struct ToolUse: Decodable { var input: String? }
            struct Reasoning: Decodable {
                var text: String?
                var redactedContent: String?
            }

            var text: String?
            var toolUse: ToolUse?
            var reasoningContent: Reasoning?
        }

        var contentBlockIndex: Int?
        var delta: Delta

        var event: ConverseStreamEvent {
            let index = contentBlockIndex ?? 0
            if let text = delta.text { return .text(index, text) }
            if let input = delta.toolUse?.input { return .toolInput(index, input) }
            if let reasoning = delta.reasoningContent, reasoning.text != nil || reasoning.redactedContent != nil {
                return .reasoning(index, reasoning.text ?? "")
            }
            return .otherDelta(index)
        }
    }

    private struct ContentBlockStop: Decodable { var contentBlockIndex: Int? }

    private struct MessageStop: Decodable { var stopReason: String }

    private struct Metadata: Decodable {
        var usage: ConverseUsage?
        var metrics: ConverseMetrics?
    }
}
