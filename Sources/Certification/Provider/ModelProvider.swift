package import Contracts

/// Calls models. The domain's only way to the outside; implemented per provider and by the tests' scripted provider.
///
/// A provider makes one call on the wire per method call: no hidden retries. Cancelling the task closes the connection.
package protocol ModelProvider: Sendable {
    /// Which targets it serves.
    var id: ProviderID { get }

    /// Calls the model and waits for its whole answer.
    func complete(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer

    /// Calls the model and reads its answer as it streams in, recording when each chunk arrived.
    ///
    /// - Throws: also for an error event after HTTP 200, with the text so far in `ProviderError.partialText`.
    func stream(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer
}

/// One turn of a conversation.
package struct ModelMessage: Sendable, Hashable, Codable {
    package enum Role: String, Sendable, Hashable, Codable { case user, assistant }
    package var role: Role
    package var text: String

    package init(role: Role, text: String) {
        self.role = role
        self.text = text
    }
}

/// What to ask a model. A parameter that is nil is not sent.
package struct ModelRequest: Sendable, Hashable, Codable {
    package var system: String?
    /// Starts with a user's message; roles alternate.
    package var messages: [ModelMessage]
    /// Always explicit: an unset limit reserves the model's maximum against the quota.
    package var maxTokens: Int
    /// 0–1.
    package var temperature: Double?
    /// 0–1.
    package var topP: Double?
    package var stopSequences: [String]

    package init(
        system: String? = nil, messages: [ModelMessage], maxTokens: Int, temperature: Double? = nil,
        topP: Double? = nil, stopSequences: [String] = []
    ) {
        self.system = system
        self.messages = messages
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.topP = topP
        self.stopSequences = stopSequences
    }
}

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
package struct TokenUsage: Sendable, Hashable, Codable {
    package var inputTokens: Int
    package var outputTokens: Int
    package var totalTokens: Int

    package init(inputTokens: Int, outputTokens: Int, totalTokens: Int) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.totalTokens = totalTokens
    }
}

/// Times of one call on a monotonic clock, all since the request was started.
package struct CallTiming: Sendable, Hashable {
    /// Until a connection was ready: name lookup, connect and TLS; zero when one was reused.
    package var connect: Duration
    /// Until the first byte of the answer.
    package var firstByte: Duration
    /// Until the first non-empty content chunk; nil when not streamed or none came.
    package var firstChunk: Duration?
    /// Until the last byte.
    package var total: Duration
    /// What the provider says its own part was.
    package var server: Duration?

    package init(connect: Duration, firstByte: Duration, firstChunk: Duration?, total: Duration, server: Duration?) {
        self.connect = connect
        self.firstByte = firstByte
        self.firstChunk = firstChunk
        self.total = total
        self.server = server
    }
}

/// One chunk of streamed text and when it came.
package struct StreamedChunk: Sendable, Hashable {
    package var text: String
    /// Since the request was started.
    package var arrival: Duration

    package init(text: String, arrival: Duration) {
        self.text = text
        self.arrival = arrival
    }
}

/// What a model answered.
package struct ModelAnswer: Sendable, Hashable {
    package var text: String
    /// Nil when the provider gave none: for a stream, the sign of one that ended early.
    package var stopReason: StopReason?
    package var usage: TokenUsage?
    package var timing: CallTiming
    /// The text chunks in order; empty when not streamed.
    package var chunks: [StreamedChunk]
    /// How many message-stop events a stream had; a whole one has exactly one. Zero when not streamed.
    package var messageStops: Int
    /// The provider's request id, to quote to its support.
    package var requestID: String?
    /// The id that was called, for example an inference profile's.
    package var calledModel: String

    package init(
        text: String, stopReason: StopReason?, usage: TokenUsage?, timing: CallTiming, chunks: [StreamedChunk],
        messageStops: Int, requestID: String?, calledModel: String
    ) {
        self.text = text
        self.stopReason = stopReason
        self.usage = usage
        self.timing = timing
        self.chunks = chunks
        self.messageStops = messageStops
        self.requestID = requestID
        self.calledModel = calledModel
    }
}
