import Certification
import Foundation

/// Anthropic's Messages format.
struct AnthropicBody: Encodable {
    struct Content: Encodable {
        struct Source: Encodable {
            var type = "base64"
            var mediaType: String
            var data: Data

            private enum CodingKeys: String, CodingKey {
                case type, data
                case mediaType = "media_type"
            }
        }

        var type: String
        var text: String?
        var source: Source?
    }

    struct Message: Encodable {
        var role: String
        var content: [Content]
    }

    var version = "bedrock-2023-05-31"
    var maxTokens: Int
    var system: String?
    var messages: [Message]
    var temperature: Double?
    var topP: Double?
    var stopSequences: [String]?

    private enum CodingKeys: String, CodingKey {
        case version = "anthropic_version"
        case maxTokens = "max_tokens"
        case system, messages, temperature
        case topP = "top_p"
        case stopSequences = "stop_sequences"
    }

    init(_ request: ModelRequest) throws(ProviderError) {
        maxTokens = request.maxTokens
        // Anthropic refuses an empty one.
        system = request.system?.isEmpty == true ? nil : request.system
        temperature = request.temperature
        topP = request.topP
        stopSequences = request.stopSequences.isEmpty ? nil : request.stopSequences
        messages = []
        for message in request.messages {
            var content: [Content] = []
            for block in message.content { content.append(try Self.content(block)) }
            messages.append(Message(role: message.role.rawValue, content: content))
        }
    }

    private static func content(_ block: ContentBlock) throws(ProviderError) -> Content {
        switch block {
        case .text(let text): Content(type: "text", text: text)
        case .image(let format, let data):
            Content(type: "image", source: Content.Source(mediaType: "image/\(format)", data: data))
        case .document, .toolCall, .toolResult:
            throw InvokeFormat.unsupported("Documents and tools are not sent over InvokeModel.")
        }
    }
}

/// Anthropic's answer, and the events of its stream, which have the same members in other places.
struct AnthropicPart: Decodable {
    struct Content: Decodable { var text: String? }

    struct Usage: Decodable {
        var inputTokens: Int?
        var outputTokens: Int?

        private enum CodingKeys: String, CodingKey {
            case inputTokens = "input_tokens"
            case outputTokens = "output_tokens"
        }
    }

    struct Delta: Decodable {
        var text: String?
        var stopReason: String?

        private enum CodingKeys: String, CodingKey {
            case text
            case stopReason = "stop_reason"
        }
    }

    struct Message: Decodable { var usage: Usage? }

    var content: [Content]?
    var stopReason: String?
    var usage: Usage?
    var delta: Delta?
    var message: Message?

    private enum CodingKeys: String, CodingKey {
        case content, usage, delta, message
        case stopReason = "stop_reason"
    }

    var part: InvokedPart {
        let usage = usage ?? message?.usage
        return InvokedPart(
            text: delta?.text ?? (content ?? []).compactMap(\.text).joined(),
            // Anthropic's names are Converse's.
            stopReason: (stopReason ?? delta?.stopReason).map { StopReason(converseName: $0) },
            inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens)
    }
}
