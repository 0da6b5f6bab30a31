import Certification
import Contracts
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
        case choices, usage, error, object
        case groq = "x_groq"
    }

    /// Reads an answer, or an event of one.
    ///
    /// - Throws: `ChatBodyFault` when it is no chat completion.
    static func read(_ json: Data) throws(ChatBodyFault) -> ChatCompletionBody {
        do {
            return try JSONDecoder().decode(Self.self, from: json)
        } catch {
            // Rarely needed, so only then: it goes through every byte.
            if let body = try? JSONDecoder().decode(Self.self, from: json.replacingLoneSurrogates) { return body }
            throw ChatBodyFault(error)
        }
    }

    private struct GroqExtension: Decodable { var usage: ChatUsage? }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        choices = try container.decodeIfPresent([ChatChoice].self, forKey: .choices) ?? []
        usage = container.lenient(ChatUsage.self, .usage) ?? container.lenient(GroqExtension.self, .groq)?.usage
        let isError = container.lenient(String.self, .object) == "error"
        hasError = try isError || container.contains(.error) && !container.decodeNil(forKey: .error)
    }
}

/// Why something is no chat completion, as the end of a sentence.
struct ChatBodyFault: Error, CustomStringConvertible {
    let description: String

    init(_ error: any Error) {
        let context: DecodingError.Context? =
            switch error as? DecodingError {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                .dataCorrupted(let context):
                context
            default: nil
            }
        let path = (context?.codingPath ?? []).map { $0.intValue.map { "\($0)" } ?? $0.stringValue }
        description =
            path.isEmpty ? "it is not JSON of that form" : "'\(path.joined(separator: "."))' is of another type"
    }
}

struct ChatChoice: Decodable {
    var index: Int
    var message: ChatMessageBody
    /// Nil while a stream goes on.
    var finishReason: String?
    /// What a router tells of the server behind it that failed (OpenRouter).
    var error: JSONValue?

    private enum CodingKeys: String, CodingKey {
        case index, message, delta, error
        case finishReason = "finish_reason"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        index = container.lenient(Int.self, .index) ?? 0
        message =
            try container.decodeIfPresent(ChatMessageBody.self, forKey: .delta)
            ?? container.decodeIfPresent(ChatMessageBody.self, forKey: .message) ?? ChatMessageBody()
        finishReason = container.lenient(String.self, .finishReason).flatMap { $0.isEmpty ? nil : $0 }
        error = container.lenient(JSONValue.self, .error).flatMap { $0 == .null ? nil : $0 }
    }

    /// Why what the model said is no answer of its own: an error beside it, or a finish that was not the model's.
    ///
    /// `abort` is vLLM's and SGLang's, `insufficient_system_resource` DeepSeek's, `error` the routers'.
    func failure(hiding apiKey: String?, requestID: String?) -> ProviderError? {
        if let error {
            let body = try? JSONEncoder().encode(JSONValue.object(["error": error]))
            return ProviderError(insideAnswer: body ?? Data(), hiding: apiKey, requestID: requestID)
        }
        let category: ErrorCategory
        switch finishReason?.lowercased() {
        case "error", "abort", "aborted": category = .streamError
        case "insufficient_system_resource": category = .serviceUnavailable
        default: return nil
        }
        return ProviderError(
            category: category, code: "", message: "the answer ended with the finish_reason \(finishReason ?? "")",
            requestID: requestID)
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
            arguments = container.lenient(String.self, .arguments) ?? Self.object(container)
        }

        /// The text of arguments that a server sends as an object.
        private static func object(_ container: KeyedDecodingContainer<CodingKeys>) -> String? {
            guard case .object(let members)? = container.lenient(JSONValue.self, .arguments),
                let text = try? JSONEncoder().encode(JSONValue.object(members))
            else { return nil }
            return String(decoding: text, as: UTF8.self)
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
        let input = Self.bounded(try container.decode(Int.self, forKey: .input))
        let visible = Self.bounded(container.lenient(Int.self, .output) ?? 0)
        let cached = container.lenient(InputDetails.self, .inputDetails)?.cached_tokens
        let reasoning = container.lenient(OutputDetails.self, .outputDetails)?.reasoning_tokens
        let total = container.lenient(Int.self, .total).map(Self.bounded) ?? input + visible
        let thoughts = Self.thoughts(
            beside: visible, input: input, total: total, cached: cached, reasoning: reasoning)
        tokenUsage = TokenUsage(
            inputTokens: input, outputTokens: visible + thoughts, totalTokens: total, cacheReadTokens: cached,
            reasoningTokens: reasoning ?? (thoughts > 0 ? thoughts : nil))
    }

    /// The output tokens that `completion_tokens` leaves out: xAI and Gemini count what a model thought in the total alone.
    /// Cached input that a total counts apart is none.
    private static func thoughts(
        beside visible: Int, input: Int, total: Int, cached: Int?, reasoning: Int?
    ) -> Int {
        let rest = total - input - visible
        guard rest > 0 else { return 0 }
        let (cached, reasoning) = (bounded(cached ?? 0), bounded(reasoning ?? 0))
        if rest == cached { return 0 }
        if reasoning > 0, rest == reasoning || rest == reasoning + cached { return reasoning }
        return cached == 0 ? rest : 0
    }

    /// A number that can be reckoned with: a server may send any.
    private static func bounded(_ tokens: Int) -> Int { min(max(0, tokens), 1_000_000_000_000) }
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
