import Contracts

/// What a simulated model answers to a chat, cut to its limits. The one place that knows what answers Bedrock's calls.
struct ChatAnswer: Sendable {
    struct Call: Sendable {
        var name: String
        /// JSON.
        var arguments: String
    }

    /// The text in the pieces that a stream sends.
    var tokens: [String]
    /// As it is shown, in pieces.
    var reasoning: [String]
    var reasoningTokens: Int
    var call: Call?
    var finishReason: String
    var inputTokens: Int
    var outputTokens: Int

    var text: String { tokens.joined() }

    /// Whether the limit was reached before anything was said or shown.
    var isUnfinishedThought: Bool {
        finishReason == "length" && tokens.isEmpty && reasoning.isEmpty && reasoningTokens > 0
    }

    /// - Throws: `BedrockError` for what Converse could not read.
    init(to question: ChatQuestion, behaviour: Behaviour) throws {
        let request = try ConverseRequest(body: try question.converseBody())
        let utterance = Answerer(behaviour: behaviour).answer(to: request, isStreamed: question.stream == true)
        let answer = SimulatedAnswer(saying: utterance, to: request, behaviour: behaviour)
        inputTokens = answer.inputTokens
        outputTokens = answer.outputTokens
        call = answer.toolCalls.first.map { Call(name: $0.name, arguments: $0.arguments) }
        tokens = answer.tokens
        reasoning = answer.shownReasoning
        reasoningTokens = answer.reasoningTokens.count
        finishReason =
            switch answer.stopReason {
            case "tool_use": "tool_calls"
            case "max_tokens": "length"
            case "content_filtered": "content_filter"
            default: "stop"
            }
    }
}
