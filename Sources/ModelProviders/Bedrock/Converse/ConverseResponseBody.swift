import Certification

/// The body of a successful Converse (`ConverseResponse`).
struct ConverseResponseBody: Decodable {
    struct Output: Decodable {
        var message: Message?
    }

    struct Message: Decodable {
        var content: [ContentBlock]
    }

    /// A union, of which only text is visible. Reasoning, tool use and kinds yet to come leave `text` nil.
    struct ContentBlock: Decodable {
        var text: String?
    }

    var output: Output
    var stopReason: String?
    var usage: ConverseUsage?
    var metrics: ConverseMetrics?

    /// What a reader of the answer sees.
    var visibleText: String {
        (output.message?.content ?? []).compactMap(\.text).joined()
    }
}

/// `TokenUsage`.
struct ConverseUsage: Decodable {
    var inputTokens: Int
    var outputTokens: Int
    var totalTokens: Int

    var tokenUsage: TokenUsage {
        TokenUsage(inputTokens: inputTokens, outputTokens: outputTokens, totalTokens: totalTokens)
    }
}

/// `ConverseMetrics` and `ConverseStreamMetrics`.
struct ConverseMetrics: Decodable {
    var latencyMs: Int

    var latency: Duration { .milliseconds(latencyMs) }
}
