import Foundation

/// What a Converse request asks, as far as the simulator understands it.
struct ConverseRequest: Decodable, Sendable {
    struct Block: Decodable, Sendable { var text: String? }

    struct Message: Decodable, Sendable {
        var role: String
        var content: [Block]

        var text: String { content.compactMap(\.text).joined(separator: "\n") }
    }

    struct Inference: Decodable, Sendable {
        var maxTokens: Int?
        var temperature: Double?
        var topP: Double?
        var stopSequences: [String]?
    }

    var messages: [Message]
    var system: [Block]?
    var inferenceConfig: Inference?

    var systemText: String { (system ?? []).compactMap(\.text).joined(separator: "\n") }
}

extension ConverseRequest {
    /// Reads and checks the body of a request to a model.
    ///
    /// - Throws: `BedrockError` in Bedrock's words for what it refuses.
    init(body: Data, model: String) throws(BedrockError) {
        guard let request = try? JSONDecoder().decode(ConverseRequest.self, from: body) else {
            throw .validation(
                "Malformed input request: the body is no Converse request, please reformat your input and try again.")
        }
        guard request.messages.first?.role == "user" else {
            throw .validation(
                "A conversation must start with a user message. Try again with a conversation that starts with a user message."
            )
        }
        try request.inferenceConfig?.validate(for: model)
        self = request
    }
}

extension ConverseRequest.Inference {
    fileprivate func validate(for model: String) throws(BedrockError) {
        if let maxTokens, maxTokens < 1 {
            throw .constraint("inferenceConfig.maxTokens", value: maxTokens, "greater than or equal to 1")
        }
        for (name, value) in [("temperature", temperature), ("topP", topP)] {
            guard let value, !(0...1).contains(value) else { continue }
            throw .constraint(
                "inferenceConfig.\(name)", value: value,
                "\(value > 1 ? "less" : "greater") than or equal to \(value > 1 ? 1 : 0)")
        }
        // As Anthropic's models from 4.5 on do.
        if temperature != nil, topP != nil, model.contains("-4-5-") {
            throw .validation(
                "The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. "
                    + "Please use only one.")
        }
    }
}
