import Contracts
import Foundation

/// What a request to `/chat/completions` asks, as far as the simulator understands it.
struct ChatQuestion: Decodable, Sendable {
    struct Message: Decodable, Sendable {
        var role: String
        var content: JSONValue?
        var toolCalls: [JSONValue]?
        var toolCallID: String?

        private enum CodingKeys: String, CodingKey {
            case role, content
            case toolCalls = "tool_calls"
            case toolCallID = "tool_call_id"
        }

        /// The text of a string, or of a list's parts.
        var text: String {
            switch content {
            case .string(let text): text
            case .array(let parts): parts.compactMap { $0["text"]?.string }.joined(separator: "\n")
            default: ""
            }
        }
    }

    struct StreamOptions: Decodable, Sendable {
        var includeUsage: Bool?

        private enum CodingKeys: String, CodingKey { case includeUsage = "include_usage" }
    }

    var model: String
    var messages: [Message]
    var maxTokens: Int?
    var maxCompletionTokens: Int?
    var temperature: Double?
    var topP: Double?
    var stop: JSONValue?
    var stream: Bool?
    var streamOptions: StreamOptions?
    var tools: [JSONValue]?
    var toolChoice: JSONValue?
    var responseFormat: JSONValue?

    private enum CodingKeys: String, CodingKey {
        case model, messages, temperature, stop, stream, tools
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
        case topP = "top_p"
        case streamOptions = "stream_options"
        case toolChoice = "tool_choice"
        case responseFormat = "response_format"
    }

    var tokenLimit: Int? { maxCompletionTokens ?? maxTokens }

    var stopSequences: [String] {
        switch stop {
        case .string(let text): [text]
        case .array(let values): values.compactMap(\.string)
        default: []
        }
    }
}

extension JSONValue {
    subscript(name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }
}
