import Certification
import Contracts

/// The body of a successful Converse (`ConverseResponse`).
struct ConverseResponseBody: Decodable {
    struct Output: Decodable {
        var message: Message?
    }

    struct Message: Decodable {
        var content: [ConverseResponseContent]?
    }

    var output: Output?
    var stopReason: String?
    var usage: ConverseUsage?
    var metrics: ConverseMetrics?

    private var content: [ConverseResponseContent] { output?.message?.content ?? [] }

    /// What a reader of the answer sees.
    var visibleText: String {
        content.map(\.visibleText).joined()
    }

    /// What the model showed of its thinking.
    var reasoning: String {
        content.compactMap { $0.reasoningContent?.reasoningText?.text }.joined()
    }

    /// Whether some of it is redacted.
    var hasRedactedReasoning: Bool {
        content.contains { $0.reasoningContent.map { $0.reasoningText == nil } ?? false }
    }

    var toolCalls: [ToolCall] {
        content.compactMap(\.toolUse).map { use in
            ToolCall(
                id: use.toolUseId ?? "", name: use.name ?? "",
                arguments: use.input.flatMap { try? $0.compactText() } ?? "")
        }
    }
}

/// `ContentBlock` of an answer: a union, of which kinds yet to come leave every member nil.
struct ConverseResponseContent: Decodable {
    struct Reasoning: Decodable {
        struct Text: Decodable { var text: String? }

        /// Absent where the reasoning is redacted.
        var reasoningText: Text?
    }

    struct ToolUse: Decodable {
        var toolUseId: String?
        var name: String?
        var input: JSONValue?
    }

    /// Text that quotes documents.
    struct Citations: Decodable {
        struct Generated: Decodable { var text: String? }

        var content: [Generated]?
    }

    var text: String?
    var reasoningContent: Reasoning?
    var toolUse: ToolUse?
    var citationsContent: Citations?

    var visibleText: String {
        text ?? (citationsContent?.content ?? []).compactMap(\.text).joined()
    }
}

/// `TokenUsage`.
struct ConverseUsage: Decodable {
    var inputTokens: Int?
    var outputTokens: Int?
    var totalTokens: Int?
    var cacheReadInputTokens: Int?
    var cacheWriteInputTokens: Int?

    /// Nil unless all three counts came.
    var tokenUsage: TokenUsage? {
        guard let inputTokens, let outputTokens, let totalTokens else { return nil }
        return TokenUsage(
            inputTokens: inputTokens, outputTokens: outputTokens, totalTokens: totalTokens,
            cacheReadTokens: cacheReadInputTokens, cacheWriteTokens: cacheWriteInputTokens)
    }
}

/// `ConverseMetrics` and `ConverseStreamMetrics`.
struct ConverseMetrics: Decodable {
    var latencyMs: Int

    var latency: Duration { .milliseconds(latencyMs) }
}
