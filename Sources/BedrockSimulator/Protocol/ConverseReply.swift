import Contracts
import Foundation

/// The body of Converse, as botocore's service model `bedrock-runtime/2023-09-30` shapes it.
struct ConverseReply: Encodable {
    struct Output: Encodable { var message: Message }

    struct Message: Encodable {
        var role = "assistant"
        var content: [Block]
    }

    struct Block: Encodable {
        struct Reasoning: Encodable {
            struct Text: Encodable {
                var text: String
                var signature = "c2lnbmF0dXJl"
            }

            var reasoningText: Text?
            var redactedContent: Data?
        }

        struct ToolUse: Encodable {
            var toolUseId: String
            var name: String
            var input: JSONValue
        }

        var text: String?
        var reasoningContent: Reasoning?
        var toolUse: ToolUse?
    }

    struct Usage: Encodable {
        var inputTokens: Int
        var outputTokens: Int
        var totalTokens: Int
        var cacheReadInputTokens = 0
        var cacheWriteInputTokens = 0

        init(_ answer: SimulatedAnswer, behaviour: Behaviour) {
            inputTokens = answer.inputTokens
            outputTokens = answer.outputTokens
            totalTokens = inputTokens + outputTokens + (behaviour == .miscountUsage ? 7 : 0)
        }
    }

    struct Timing: Encodable { var latencyMs: Int }

    var output: Output
    var stopReason: String
    /// Absent where the model omits it.
    var usage: Usage?
    var metrics: Timing

    init(_ answer: SimulatedAnswer, behaviour: Behaviour = .normal, latency: Duration) {
        var content: [Block] = []
        if !answer.reasoning.isEmpty {
            let reasoning =
                behaviour == .redactReasoning
                ? Block.Reasoning(redactedContent: Data(answer.reasoning.utf8))
                : Block.Reasoning(reasoningText: Block.Reasoning.Text(text: answer.reasoning))
            content.append(Block(reasoningContent: reasoning))
        }
        if !answer.text.isEmpty { content.append(Block(text: answer.text)) }
        content += answer.toolCalls.map {
            Block(toolUse: Block.ToolUse(toolUseId: $0.id, name: $0.name, input: $0.input))
        }
        output = Output(message: Message(content: content))
        stopReason = answer.stopReason
        usage = behaviour == .omitUsage ? nil : Usage(answer, behaviour: behaviour)
        metrics = Timing(latencyMs: latency.wholeMilliseconds)
    }
}

extension Duration {
    var wholeMilliseconds: Int { Int(components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000) }
}
