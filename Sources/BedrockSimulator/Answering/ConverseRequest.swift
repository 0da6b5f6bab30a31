import Contracts
import Foundation

/// What a request to a model asks, as far as the simulator understands it.
struct ConverseRequest: Decodable, Sendable {
    struct Bytes: Decodable, Sendable { var bytes: Data? }

    struct Image: Decodable, Sendable {
        var format: String
        var source: Bytes
    }

    struct Document: Decodable, Sendable {
        var name: String
        var format: String?
        var source: Bytes
    }

    struct ToolUse: Decodable, Sendable {
        var toolUseId: String
        var name: String
        var input: JSONValue
    }

    struct ToolResult: Decodable, Sendable {
        struct Content: Decodable, Sendable {
            var text: String?
            var json: JSONValue?
        }

        var toolUseId: String
        var content: [Content]
    }

    struct Block: Decodable, Sendable {
        var text: String?
        var image: Image?
        var document: Document?
        var toolUse: ToolUse?
        var toolResult: ToolResult?

        init(text: String) { self.text = text }
    }

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

    struct Tools: Decodable, Sendable {
        struct Tool: Decodable, Sendable {
            struct Specification: Decodable, Sendable {
                struct Schema: Decodable, Sendable { var json: JSONValue? }

                var name: String
                var inputSchema: Schema
            }

            var toolSpec: Specification?
        }

        struct Choice: Decodable, Sendable {
            struct Empty: Decodable, Sendable {}
            struct Specific: Decodable, Sendable { var name: String }

            var auto: Empty?
            var any: Empty?
            var tool: Specific?
        }

        var tools: [Tool]
        var toolChoice: Choice?

        var specifications: [Tool.Specification] { tools.compactMap(\.toolSpec) }
    }

    struct Output: Decodable, Sendable {
        struct Format: Decodable, Sendable {
            struct Structure: Decodable, Sendable {
                struct Schema: Decodable, Sendable { var schema: String }

                var jsonSchema: Schema?
            }

            var type: String
            var structure: Structure?
        }

        var textFormat: Format?
    }

    var messages: [Message]
    var system: [Block]?
    var inferenceConfig: Inference?
    var toolConfig: Tools?
    var outputConfig: Output?

    var systemText: String { (system ?? []).compactMap(\.text).joined(separator: "\n") }
    var hasTools: Bool { toolConfig?.specifications.isEmpty == false }
    var hasImages: Bool { messages.contains { $0.content.contains { $0.image != nil } } }

    /// Everything that is said, documents included.
    var wholeText: String {
        let documents = messages.flatMap(\.content).compactMap(\.document?.source.bytes)
            .map { String(decoding: $0, as: UTF8.self) }
        return ([systemText] + messages.map(\.text) + documents).joined(separator: "\n")
    }

    init(messages: [Message], system: String? = nil, inference: Inference) {
        self.messages = messages
        self.system = system.map { [Block(text: $0)] }
        inferenceConfig = inference
    }
}

/// What a model takes.
struct ModelLimits: Sendable, Hashable {
    /// In the simulator's tokens.
    var context = 16_000
    var output = 64_000
    var takesTools = true
    var takesImages = true
    /// As Anthropic's models from 4.5 on.
    var refusesTopPWithTemperature = false
}

extension ConverseRequest {
    /// Reads the body of Converse.
    init(body: Data) throws(BedrockError) {
        do {
            self = try JSONDecoder().decode(ConverseRequest.self, from: body)
        } catch {
            throw .validation(
                "Malformed input request: the body is no Converse request, please reformat your input and try again.")
        }
    }

    /// - Throws: `BedrockError` in Bedrock's words for what it refuses.
    func validate(for limits: ModelLimits) throws(BedrockError) {
        guard messages.first?.role == "user" else {
            throw .validation(
                "A conversation must start with a user message. Try again with a conversation that starts with a user message."
            )
        }
        try inferenceConfig?.validate(for: limits)
        try validateContent(for: limits)
        try validateTools(for: limits)
        if let schema = outputConfig?.textFormat?.structure?.jsonSchema?.schema,
            (try? JSONValue(parsing: schema)) == nil
        {
            throw .validation("The model returned the following errors: output_config.format.schema: Invalid JSON.")
        }
        let tokens = SimulatedAnswer.inputTokens(of: self)
        guard tokens <= limits.context else { throw .inputTooLong(tokens: tokens, limit: limits.context) }
    }

    private func validateContent(for limits: ModelLimits) throws(BedrockError) {
        let blocks = messages.flatMap(\.content)
        let images = blocks.compactMap(\.image)
        guard limits.takesImages || images.isEmpty else {
            throw .validation("This model doesn't support the image content block that you provided.")
        }
        for image in images where !["png", "jpeg", "gif", "webp"].contains(image.format) {
            throw .validation("IMAGE_FORMAT_UNSUPPORTED: '\(image.format)' is no format of images.")
        }
        guard images.count <= 20 else { throw .validation("A message can have up to 20 images.") }
        guard blocks.compactMap(\.document).count <= 5 else {
            throw .validation("A message can have up to 5 documents.")
        }
    }

    private func validateTools(for limits: ModelLimits) throws(BedrockError) {
        guard let toolConfig else { return }
        guard limits.takesTools else { throw .validation("This model doesn't support tool use.") }
        guard !toolConfig.tools.isEmpty else {
            throw .constraint("toolConfig.tools", value: "[]", "greater than or equal to 1")
        }
        if let name = toolConfig.toolChoice?.tool?.name, !toolConfig.specifications.contains(where: { $0.name == name })
        {
            throw .validation(
                "The model returned the following errors: tool_choice: Tool '\(name)' not found in provided tools")
        }
    }
}

extension ConverseRequest.Inference {
    fileprivate func validate(for limits: ModelLimits) throws(BedrockError) {
        if let maxTokens, maxTokens < 1 {
            throw .constraint("inferenceConfig.maxTokens", value: maxTokens, "greater than or equal to 1")
        }
        if let maxTokens, maxTokens > limits.output { throw .tooManyTokensAsked(limit: limits.output) }
        for (name, value) in [("temperature", temperature), ("topP", topP)] {
            guard let value, !(0...1).contains(value) else { continue }
            throw .constraint(
                "inferenceConfig.\(name)", value: value,
                "\(value > 1 ? "less" : "greater") than or equal to \(value > 1 ? 1 : 0)")
        }
        if temperature != nil, topP != nil, limits.refusesTopPWithTemperature {
            throw .validation(
                "The model returned the following errors: `temperature` and `top_p` cannot both be specified for this model. "
                    + "Please use only one.")
        }
    }
}
