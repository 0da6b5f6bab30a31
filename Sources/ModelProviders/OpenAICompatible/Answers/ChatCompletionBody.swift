import Certification
import Foundation

/// A chat completion, or a chunk of one: the choices of the first have a `message`, those of the second a `delta`.
///
/// A member of another type than expected is taken for absent where the answer can do without it.
struct ChatCompletionBody: Decodable {
    var choices: [ChatChoice]
    var usage: ChatUsage?
    /// Whether there is an error instead of, or beside, an answer.
    var hasError: Bool

    private enum CodingKeys: String, CodingKey {
        case choices, usage, error
        case groq = "x_groq"
    }

    private struct GroqExtension: Decodable { var usage: ChatUsage? }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        choices = try container.decodeIfPresent([ChatChoice].self, forKey: .choices) ?? []
        usage = container.lenient(ChatUsage.self, .usage) ?? container.lenient(GroqExtension.self, .groq)?.usage
        hasError = try container.contains(.error) && !container.decodeNil(forKey: .error)
    }
}

struct ChatChoice: Decodable {
    var index: Int
    var message: ChatMessageBody
    /// Nil while a stream goes on.
    var finishReason: String?

    private enum CodingKeys: String, CodingKey {
        case index, message, delta
        case finishReason = "finish_reason"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        index = container.lenient(Int.self, .index) ?? 0
        message =
            try container.decodeIfPresent(ChatMessageBody.self, forKey: .delta)
            ?? container.decodeIfPresent(ChatMessageBody.self, forKey: .message) ?? ChatMessageBody()
        finishReason = container.lenient(String.self, .finishReason).flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// What the model says, or a piece of it.
struct ChatMessageBody: Decodable {
    /// Visible text. A refusal, which OpenAI gives a member of its own, is visible too.
    var text = ""
    var reasoning = ""
    var toolCalls: [ChatToolCallBody] = []

    private enum CodingKeys: String, CodingKey {
        case content, refusal, reasoning
        case reasoningContent = "reasoning_content"
        case toolCalls = "tool_calls"
        case functionCall = "function_call"
    }

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let content = try container.decodeIfPresent(ChatContent.self, forKey: .content)
        text = (content?.text ?? "") + (container.lenient(String.self, .refusal) ?? "")
        reasoning =
            container.lenient(String.self, .reasoningContent) ?? container.lenient(String.self, .reasoning)
            ?? content?.reasoning ?? ""
        toolCalls = try container.decodeIfPresent([ChatToolCallBody].self, forKey: .toolCalls) ?? []
        if toolCalls.isEmpty, let call = container.lenient(ChatToolCallBody.Function.self, .functionCall) {
            toolCalls = [ChatToolCallBody(index: 0, id: nil, function: call)]
        }
    }
}

/// Content as a text, or as a list of parts.
private struct ChatContent: Decodable {
    var text: String
    var reasoning: String?

    private struct Part: Decodable {
        var type: String?
        var text: String?
        var thinking: [Part]?
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self.text = text
            return
        }
        let parts = try container.decode([Part].self)
        text = parts.filter { $0.thinking == nil }.compactMap(\.text).joined()
        let thoughts = parts.flatMap { $0.thinking ?? [] }.compactMap(\.text)
        reasoning = thoughts.isEmpty ? nil : thoughts.joined()
    }
}

/// A tool call, or a fragment of one.
struct ChatToolCallBody: Decodable {
    struct Function: Decodable {
        var name: String?
        var arguments: String?

        private enum CodingKeys: String, CodingKey { case name, arguments }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = container.lenient(String.self, .name)
            arguments = container.lenient(String.self, .arguments)
        }
    }

    /// Nil where a server does not number them.
    var index: Int?
    var id: String?
    var function: Function?

    private enum CodingKeys: String, CodingKey { case index, id, function }

    init(index: Int?, id: String?, function: Function) {
        self.index = index
        self.id = id
        self.function = function
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        index = container.lenient(Int.self, .index)
        id = container.lenient(String.self, .id).flatMap { $0.isEmpty ? nil : $0 }
        function = container.lenient(Function.self, .function)
    }
}

struct ChatUsage: Decodable {
    private struct InputDetails: Decodable { var cached_tokens: Int? }
    private struct OutputDetails: Decodable { var reasoning_tokens: Int? }

    var tokenUsage: TokenUsage

    private enum CodingKeys: String, CodingKey {
        case input = "prompt_tokens"
        case output = "completion_tokens"
        case total = "total_tokens"
        case inputDetails = "prompt_tokens_details"
        case outputDetails = "completion_tokens_details"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let input = try container.decode(Int.self, forKey: .input)
        let output = container.lenient(Int.self, .output) ?? 0
        tokenUsage = TokenUsage(
            inputTokens: input, outputTokens: output,
            totalTokens: container.lenient(Int.self, .total),
            cacheReadTokens: container.lenient(InputDetails.self, .inputDetails)?.cached_tokens,
            reasoningTokens: container.lenient(OutputDetails.self, .outputDetails)?.reasoning_tokens)
    }
}

extension KeyedDecodingContainer {
    /// The member's value; nil when it is absent, null or something else than expected.
    fileprivate func lenient<Value: Decodable>(_ type: Value.Type, _ key: Key) -> Value? {
        try? decodeIfPresent(type, forKey: key)
    }
}

extension StopReason {
    /// What OpenAI's `finish_reason` means, and what others say in its place, in either case. `stop` stands for the model's own end and for a stop sequence alike: the two
    /// cannot be told apart, and it is never read as a stop sequence.
    init(finishReason name: String) {
        self =
            switch name.lowercased() {
            case "stop", "eos", "eos_token", "complete": .endTurn
            case "length", "max_tokens": .maxTokens
            case "stop_sequence": .stopSequence
            case "tool_calls", "function_call": .toolUse
            case "content_filter": .contentFiltered
            default: .other(String(name.prefix(64)))
            }
    }
}
