import Certification

/// The body of Converse and ConverseStream (botocore's service model, bedrock-runtime 2023-09-30, `ConverseRequest`).
struct ConverseRequestBody: Encodable {
    struct TextBlock: Encodable {
        var text: String
    }

    struct Message: Encodable {
        var role: String
        var content: [TextBlock]
    }

    struct InferenceConfiguration: Encodable {
        var maxTokens: Int
        var temperature: Double?
        var topP: Double?
        var stopSequences: [String]?
    }

    // Absent, not null: Bedrock refuses a null.
    var system: [TextBlock]?
    var messages: [Message]
    var inferenceConfig: InferenceConfiguration

    init(_ request: ModelRequest) {
        system = request.system.map { [TextBlock(text: $0)] }
        messages = request.messages.map { Message(role: $0.role.rawValue, content: [TextBlock(text: $0.text)]) }
        inferenceConfig = InferenceConfiguration(
            maxTokens: request.maxTokens, temperature: request.temperature, topP: request.topP,
            stopSequences: request.stopSequences.isEmpty ? nil : request.stopSequences)
    }
}
