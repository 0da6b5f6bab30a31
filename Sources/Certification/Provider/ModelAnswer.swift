/// Why the model stopped, in Converse's words; what it does not know is `other`.
package enum StopReason: Sendable, Hashable {
    case endTurn
    case toolUse
    case maxTokens
    case stopSequence
    case guardrailIntervened
    case contentFiltered
    case malformedModelOutput
    case malformedToolUse
    case contextWindowExceeded
    case other(String)
}

/// The tokens that a provider reports to have counted; nil where it reported none.
///
/// Counts beyond 0 to a billion are nonsense that would overflow sums and prices; they are cut to that range.
package struct TokenUsage: Sendable, Hashable, Codable {
    package var inputTokens: Int
    /// Reasoning included.
    package var outputTokens: Int
    package var totalTokens: Int
    /// Of the input, read from a prompt cache; nil when not reported.
    package var cacheReadTokens: Int?
    /// Of the input, written to a prompt cache; nil when not reported.
    package var cacheWriteTokens: Int?
    /// Of the output, thought rather than said; nil when not reported.
    package var reasoningTokens: Int?

    /// Without a total that is the sum of both.
    package init(
        inputTokens: Int, outputTokens: Int, totalTokens: Int? = nil, cacheReadTokens: Int? = nil,
        cacheWriteTokens: Int? = nil, reasoningTokens: Int? = nil
    ) {
        self.inputTokens = Self.believable(inputTokens)
        self.outputTokens = Self.believable(outputTokens)
        self.totalTokens = Self.believable(totalTokens ?? self.inputTokens + self.outputTokens)
        self.cacheReadTokens = cacheReadTokens.map(Self.believable)
        self.cacheWriteTokens = cacheWriteTokens.map(Self.believable)
        self.reasoningTokens = reasoningTokens.map(Self.believable)
    }

    private static func believable(_ count: Int) -> Int { min(max(0, count), 1_000_000_000) }
}

/// Times of one call on a monotonic clock, all since the request was started.
package struct CallTiming: Sendable, Hashable {
    /// Until a connection was ready: name lookup, connect and TLS; zero when one was reused.
    package var connect: Duration
    /// Until the first byte of the answer.
    package var firstByte: Duration
    /// Until the first non-empty content chunk of any kind (text, reasoning, tool call); nil when not streamed or none
    /// came.
    package var firstChunk: Duration?
    /// Until the first non-empty chunk of visible text; nil when not streamed or none came.
    package var firstVisibleText: Duration?
    /// Until the last byte.
    package var total: Duration
    /// What the provider says its own part was.
    package var server: Duration?

    package init(
        connect: Duration, firstByte: Duration, firstChunk: Duration?, firstVisibleText: Duration? = nil,
        total: Duration, server: Duration?
    ) {
        self.connect = connect
        self.firstByte = firstByte
        self.firstChunk = firstChunk
        self.firstVisibleText = firstVisibleText
        self.total = total
        self.server = server
    }
}

/// One chunk of streamed output and when it came.
package struct StreamedChunk: Sendable, Hashable {
    package enum Kind: Sendable, Hashable { case text, reasoning, toolCall }

    package var kind: Kind
    package var text: String
    /// Since the request was started.
    package var arrival: Duration

    package init(kind: Kind = .text, text: String, arrival: Duration) {
        self.kind = kind
        self.text = text
        self.arrival = arrival
    }
}

/// What a model answered.
package struct ModelAnswer: Sendable, Hashable {
    /// The visible text; reasoning is not part of it. Untrusted.
    package var text: String
    /// What the model showed of its thinking; empty when nothing. Untrusted.
    package var reasoning: String
    /// In the order in which they were made.
    package var toolCalls: [ToolCall]
    /// Nil when the provider gave none: for a stream, the sign of one that ended early.
    package var stopReason: StopReason?
    package var usage: TokenUsage?
    package var timing: CallTiming
    /// The chunks in order, of every kind; empty when not streamed.
    package var chunks: [StreamedChunk]
    /// How many message-stop events a stream had; a whole one has exactly one. Zero when not streamed.
    package var messageStops: Int
    /// What was wrong with the order of a stream's events, in a sentence; nil when nothing was, and when not streamed.
    package var orderFault: String?
    /// What the call showed about the endpoint, for example `stream-usage` false when the option was refused.
    package var observed: [Capability: Bool]
    /// The provider's request id, to quote to its support.
    package var requestID: String?
    /// The id that was called, for example an inference profile's.
    package var calledModel: String
    /// The id that the provider refused to call before it named the one that answered; nil when it took the first. The
    /// refused call is in no time above.
    package var retargetedFrom: String?

    package init(
        text: String, reasoning: String = "", toolCalls: [ToolCall] = [], stopReason: StopReason?, usage: TokenUsage?,
        timing: CallTiming, chunks: [StreamedChunk], messageStops: Int, orderFault: String? = nil,
        observed: [Capability: Bool] = [:], requestID: String?, calledModel: String,
        retargetedFrom: String? = nil
    ) {
        self.text = text
        self.reasoning = reasoning
        self.toolCalls = toolCalls
        self.stopReason = stopReason
        self.usage = usage
        self.timing = timing
        self.chunks = chunks
        self.messageStops = messageStops
        self.orderFault = orderFault
        self.observed = observed
        self.requestID = requestID
        self.calledModel = calledModel
        self.retargetedFrom = retargetedFrom
    }
}
