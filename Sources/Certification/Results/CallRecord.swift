/// What is kept of one call.
package struct CallRecord: Sendable, Hashable, Codable {
    /// How one call ended.
    package enum Ending: String, Sendable, Hashable, Codable {
        /// With an answer that holds visible text.
        case answered
        /// With an answer that holds none.
        case empty
        /// With the refusal that the test asked for.
        case refused
        /// With any other error.
        case failed
    }

    /// What came of a thought before the answer.
    package enum Reasoning: String, Sendable, Hashable, Codable {
        /// Pieces of it, readable or not: the first chunk is the thought's.
        case shown
        /// Only its count of tokens: it was over when the first chunk came.
        case hidden
    }

    package var ending: Ending
    package var isStreamed: Bool
    /// From the start of the test's try to the start of the request, in milliseconds on a monotonic clock.
    package var startedMs: Double?
    /// From the start of the request to the last byte, in milliseconds on a monotonic clock.
    package var latencyMs: Double
    /// From the start of the request to the first chunk that is not empty, in milliseconds; nil when not streamed.
    package var ttftMs: Double?
    /// From the start of the request to the first visible text, in milliseconds; nil when not streamed.
    package var visibleTtftMs: Double?
    /// Name lookup, connect and TLS, part of the latency, in milliseconds; 0 when a connection was reused.
    package var connectMs: Double?
    /// What the provider says its own part took, in milliseconds.
    package var serverMs: Double?
    package var inputTokens: Int?
    package var outputTokens: Int?
    package var reasoningTokens: Int?
    /// Nil when there is no sign of a thought.
    package var reasoning: Reasoning?
    package var cacheReadTokens: Int?
    /// How many calls of the test were under way at once, this one included.
    package var concurrency: Int?
    /// Nil when nobody counts.
    package var cost: CallCost?
    package var requestID: String?
    /// The id that was called, for example an inference profile's; nil when no answer says so.
    package var calledModel: String?
    package var errorCategory: ErrorCategory?
    /// SHA-256 of the request as the domain made it, in lowercase hexadecimal.
    package var requestDigest: String?
    /// SHA-256 of the answer's text, in lowercase hexadecimal; nil without an answer.
    package var answerDigest: String?

    package init(
        ending: Ending, isStreamed: Bool, latencyMs: Double, ttftMs: Double? = nil, inputTokens: Int? = nil,
        outputTokens: Int? = nil, requestID: String? = nil, calledModel: String? = nil,
        errorCategory: ErrorCategory? = nil
    ) {
        self.ending = ending
        self.isStreamed = isStreamed
        self.latencyMs = latencyMs
        self.ttftMs = ttftMs
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.requestID = requestID.map { UntrustedText($0).line(limit: 200) }
        self.calledModel = calledModel.map { UntrustedText($0).line(limit: 300) }
        self.errorCategory = errorCategory
    }
}

extension CallRecord {
    init(_ answer: ModelAnswer, mode: TestCall.Mode) {
        self.init(
            ending: answer.text.isBlank && answer.toolCalls.isEmpty ? .empty : .answered, isStreamed: mode == .stream,
            latencyMs: answer.timing.total.milliseconds, ttftMs: answer.timing.firstChunk?.milliseconds,
            inputTokens: answer.usage?.inputTokens, outputTokens: answer.usage?.outputTokens,
            requestID: answer.requestID,
            calledModel: answer.calledModel)
        visibleTtftMs = answer.timing.firstVisibleText?.milliseconds
        connectMs = answer.timing.connect.milliseconds
        serverMs = answer.timing.server?.milliseconds
        reasoningTokens = answer.usage?.reasoningTokens
        reasoning = answer.showsThought ? .shown : answer.hasThought ? .hidden : nil
        cacheReadTokens = answer.usage?.cacheReadTokens
    }

    init(_ error: ProviderError, mode: TestCall.Mode, isExpected: Bool, elapsed: Duration) {
        self.init(
            ending: isExpected ? .refused : .failed, isStreamed: mode == .stream, latencyMs: elapsed.milliseconds,
            requestID: error.requestID, errorCategory: error.category)
    }
}

extension Duration {
    /// In milliseconds, to the microsecond.
    var milliseconds: Double { (self / .microseconds(1)).rounded() / 1000 }
}

extension String {
    /// Whether nothing of it would be seen.
    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
