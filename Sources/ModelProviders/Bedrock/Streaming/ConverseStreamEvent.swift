import AWSWire
import Certification
import Foundation

/// What one message of a ConverseStream says (`ConverseStreamOutput`).
enum ConverseStreamEvent {
    case text(String)
    case messageStop(StopReason)
    case metadata(usage: TokenUsage?, latency: Duration?)
    /// An exception or error after HTTP 200; `code` is the truth about it.
    case failure(code: String, message: String)
    /// Starts and stops of blocks, reasoning, tool use, and kinds yet to come.
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
        case "contentBlockDelta":
            let event = try decoder.decode(ContentBlockDelta.self, from: payload)
            return event.delta.text.map { .text($0) } ?? .other
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

    private struct ContentBlockDelta: Decodable {
        /// A union, of which only text is visible.
        struct Delta: Decodable {
            var text: String?
        }

        var delta: Delta
    }

    private struct MessageStop: Decodable {
        var stopReason: String
    }

    private struct Metadata: Decodable {
        var usage: ConverseUsage?
        var metrics: ConverseMetrics?
    }
}
