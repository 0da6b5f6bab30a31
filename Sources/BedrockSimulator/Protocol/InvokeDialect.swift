import Contracts
import Foundation

/// A vendor's own format over InvokeModel, from the server's side.
enum InvokeDialect: Sendable, Hashable {
    case anthropic
    case titan
    case llama

    init?(model: String) {
        if model.hasPrefix("anthropic.") {
            self = .anthropic
        } else if model.hasPrefix("amazon.titan-t") {
            self = .titan
        } else if model.hasPrefix("meta.llama") {
            self = .llama
        } else {
            return nil
        }
    }

    /// - Throws: `BedrockError` for a body of another format.
    func request(_ body: Data) throws(BedrockError) -> ConverseRequest {
        do {
            let decoder = JSONDecoder()
            switch self {
            case .anthropic: return try decoder.decode(AnthropicRequest.self, from: body).request
            case .titan: return try decoder.decode(TitanRequest.self, from: body).request
            case .llama: return try decoder.decode(LlamaRequest.self, from: body).request
            }
        } catch {
            throw .validation("Malformed input request: \(error), please reformat your input and try again.")
        }
    }

    func reply(_ answer: SimulatedAnswer) -> JSONValue {
        let (input, output) = (JSONValue(answer.inputTokens), JSONValue(answer.outputTokens))
        switch self {
        case .anthropic:
            return .object([
                "type": .string("message"), "role": .string("assistant"),
                "content": .array([.object(["type": .string("text"), "text": .string(answer.text)])]),
                "stop_reason": .string(answer.stopReason),
                "usage": .object(["input_tokens": input, "output_tokens": output]),
            ])
        case .titan:
            return .object([
                "inputTextTokenCount": input,
                "results": .array([
                    .object([
                        "tokenCount": output, "outputText": .string(answer.text),
                        "completionReason": .string(Self.titanReason(answer.stopReason)),
                    ])
                ]),
            ])
        case .llama:
            return .object([
                "generation": .string(answer.text), "prompt_token_count": input, "generation_token_count": output,
                "stop_reason": .string(Self.llamaReason(answer.stopReason)),
            ])
        }
    }

    /// The pieces of a streamed answer.
    func chunks(_ answer: SimulatedAnswer) -> [JSONValue] {
        let metrics = JSONValue.object([
            "inputTokenCount": JSONValue(answer.inputTokens), "outputTokenCount": JSONValue(answer.outputTokens),
            "invocationLatency": .number(5), "firstByteLatency": .number(3),
        ])
        let last: JSONValue
        switch self {
        case .anthropic:
            let pieces = answer.tokens.map { token in
                JSONValue.object([
                    "type": .string("content_block_delta"), "index": .number(0),
                    "delta": .object(["type": .string("text_delta"), "text": .string(token)]),
                ])
            }
            last = .object([
                "type": .string("message_delta"),
                "delta": .object(["stop_reason": .string(answer.stopReason)]),
                "usage": .object(["output_tokens": JSONValue(answer.outputTokens)]),
            ])
            let start = JSONValue.object([
                "type": .string("message_start"),
                "message": .object(["usage": .object(["input_tokens": JSONValue(answer.inputTokens)])]),
            ])
            let stop = JSONValue.object([
                "type": .string("message_stop"), "amazon-bedrock-invocationMetrics": metrics,
            ])
            return [start] + pieces + [last, stop]
        case .titan:
            last = .object([
                "outputText": .string(""), "completionReason": .string(Self.titanReason(answer.stopReason)),
                "amazon-bedrock-invocationMetrics": metrics,
            ])
            return answer.tokens.map { .object(["outputText": .string($0), "index": .number(0)]) } + [last]
        case .llama:
            last = .object([
                "generation": .string(""), "stop_reason": .string(Self.llamaReason(answer.stopReason)),
                "amazon-bedrock-invocationMetrics": metrics,
            ])
            return answer.tokens.map { .object(["generation": .string($0), "stop_reason": .null]) } + [last]
        }
    }

    private static func titanReason(_ name: String) -> String {
        switch name {
        case "max_tokens": "LENGTH"
        case "stop_sequence": "STOP_CRITERIA_MET"
        case "content_filtered": "CONTENT_FILTERED"
        default: "FINISH"
        }
    }

    private static func llamaReason(_ name: String) -> String { name == "max_tokens" ? "length" : "stop" }
}

extension JSONValue {
    fileprivate init(_ number: Int) { self = .number(Decimal(number)) }
}

private struct AnthropicRequest: Decodable {
    struct Content: Decodable { var text: String? }

    struct Message: Decodable {
        var role: String
        var content: [Content]
    }

    // Its absence is an error of the real service too.
    var anthropic_version: String
    var max_tokens: Int
    var system: String?
    var messages: [Message]
    var temperature: Double?
    var top_p: Double?
    var stop_sequences: [String]?

    var request: ConverseRequest {
        ConverseRequest(
            messages: messages.map { message in
                ConverseRequest.Message(
                    role: message.role, content: message.content.compactMap(\.text).map { .init(text: $0) })
            },
            system: system,
            inference: .init(
                maxTokens: max_tokens, temperature: temperature, topP: top_p, stopSequences: stop_sequences))
    }
}

private struct TitanRequest: Decodable {
    struct Configuration: Decodable {
        var maxTokenCount: Int?
        var temperature: Double?
        var topP: Double?
        var stopSequences: [String]?
    }

    var inputText: String
    var textGenerationConfig: Configuration?

    var request: ConverseRequest {
        ConverseRequest(
            messages: [.init(role: "user", content: [.init(text: inputText)])],
            inference: .init(
                maxTokens: textGenerationConfig?.maxTokenCount, temperature: textGenerationConfig?.temperature,
                topP: textGenerationConfig?.topP, stopSequences: textGenerationConfig?.stopSequences))
    }
}

private struct LlamaRequest: Decodable {
    var prompt: String
    var max_gen_len: Int?
    var temperature: Double?
    var top_p: Double?

    var request: ConverseRequest {
        ConverseRequest(
            messages: [.init(role: "user", content: [.init(text: prompt)])],
            inference: .init(maxTokens: max_gen_len, temperature: temperature, topP: top_p))
    }
}
