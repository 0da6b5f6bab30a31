package import Contracts

/// A call that a test is going to make, by its size: what limits, estimates and budgets are reckoned by.
package struct PlannedCall: Sendable, Hashable {
    package var test: TestID
    /// Estimated.
    package var inputTokens: Int
    /// What the input cannot exceed.
    package var inputTokenLimit: Int
    /// The limit that the request sets, as far as the model is known: what a provider reserves.
    package var outputTokenLimit: Int
    /// The limit when the model turns out to need room for its thoughts.
    package var outputTokenCeiling: Int
}

extension Suite {
    /// The calls of those tests that have no final result yet.
    package func plannedCalls(for facts: ModelFacts, after results: [TestResult] = []) -> [PlannedCall] {
        TestHistory(suite: self, results: results).unfinished.flatMap { $0.plan(for: facts, after: results) }
    }
}

extension ModelRequest {
    /// Four bytes to a token, as tokenizers of today need for English, and a little for each message's frame.
    package var estimatedInputTokens: Int { textBytes / 4 + frameTokens + attachmentTokens }

    /// A token to a byte, which no tokenizer that works on bytes exceeds; and no model reads more than its window holds.
    ///
    /// - Parameter window: the model's context window in tokens; nil when nobody knows.
    /// - Returns: tokens.
    package func inputTokenLimit(within window: Int?) -> Int {
        min(textBytes + frameTokens + attachmentTokens, window ?? .max)
    }

    private var frameTokens: Int { 8 * (messages.count + 1) + (tools.isEmpty ? 0 : 600) }

    private var textBytes: Int {
        var bytes = system?.utf8.count ?? 0
        bytes += messages.reduce(0) { $0 + $1.content.reduce(0) { $0 + $1.textBytes } }
        // The nonce that each request begins with.
        bytes += 32
        for tool in tools {
            bytes += tool.name.utf8.count + tool.description.utf8.count + tool.schema.estimatedBytes
        }
        if let responseSchema { bytes += responseSchema.name.utf8.count + responseSchema.schema.estimatedBytes }
        return bytes
    }

    /// Vendors count an image by its size, up to some 1 600 tokens (Anthropic, "Vision"); a document by its text.
    private var attachmentTokens: Int {
        messages.flatMap(\.content).reduce(0) { tokens, block in
            switch block {
            case .image: tokens + 1_600
            case .document(_, _, let data): tokens + 3_000 + data.count / 2
            case .text, .toolCall, .toolResult: tokens
            }
        }
    }
}

extension ContentBlock {
    fileprivate var textBytes: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .toolCall(let call): call.name.utf8.count + call.arguments.utf8.count + 16
        case .toolResult(_, let text): text.utf8.count + 16
        case .document(let name, _, _): name.utf8.count
        case .image: 0
        }
    }
}

extension JSONValue {
    /// About as many as its JSON text has.
    fileprivate var estimatedBytes: Int {
        switch self {
        case .null, .boolean: 5
        case .string(let text): text.utf8.count + 3
        case .array(let elements): elements.reduce(2) { $0 + $1.estimatedBytes }
        case .object(let fields): fields.reduce(2) { $0 + $1.key.utf8.count + 4 + $1.value.estimatedBytes }
        case .number: 20
        }
    }
}
