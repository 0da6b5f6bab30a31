/// The body of Converse, as botocore's service model `bedrock-runtime/2023-09-30` shapes it.
struct ConverseReply: Encodable {
    struct Output: Encodable { var message: Message }

    struct Message: Encodable {
        var role = "assistant"
        var content: [Text]
    }

    struct Text: Encodable { var text: String }

    struct Usage: Encodable {
        var inputTokens: Int
        var outputTokens: Int
        var totalTokens: Int

        init(_ answer: SimulatedAnswer) {
            inputTokens = answer.inputTokens
            outputTokens = answer.tokens.count
            totalTokens = inputTokens + outputTokens
        }
    }

    struct Timing: Encodable { var latencyMs: Int }

    var output: Output
    var stopReason: String
    var usage: Usage
    var metrics: Timing

    init(_ answer: SimulatedAnswer, latency: Duration) {
        output = Output(message: Message(content: answer.text.isEmpty ? [] : [Text(text: answer.text)]))
        stopReason = answer.stopReason
        usage = Usage(answer)
        metrics = Timing(latencyMs: latency.wholeMilliseconds)
    }
}

extension Duration {
    var wholeMilliseconds: Int { Int(components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000) }
}
