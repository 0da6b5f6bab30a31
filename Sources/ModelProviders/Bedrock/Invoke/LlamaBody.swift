import Certification

/// Meta's prompt format of Llama 3 and later.
struct LlamaBody: Encodable {
    var prompt: String
    var maxTokens: Int
    var temperature: Double?
    var topP: Double?

    private enum CodingKeys: String, CodingKey {
        case prompt, temperature
        case maxTokens = "max_gen_len"
        case topP = "top_p"
    }

    init(_ request: ModelRequest) throws(ProviderError) {
        guard request.stopSequences.isEmpty else {
            throw ProviderError(
                category: .parameterUnsupported, code: "",
                message: "Llama takes no stop sequences over InvokeModel.", refusedParameters: [.stopSequences])
        }
        var prompt = "<|begin_of_text|>"
        if let system = request.system { prompt += Self.turn("system", system) }
        for turn in try request.textTurns() { prompt += Self.turn(turn.role.rawValue, turn.text) }
        self.prompt = prompt + "<|start_header_id|>assistant<|end_header_id|>\n\n"
        maxTokens = request.maxTokens
        temperature = request.temperature
        topP = request.topP
    }

    private static func turn(_ role: String, _ text: String) -> String {
        // A text must not open a turn of its own.
        let harmless = text.replacing("<|", with: "< |")
        return "<|start_header_id|>\(role)<|end_header_id|>\n\n\(harmless)<|eot_id|>"
    }
}

/// Llama's answer, or one chunk of its stream.
struct LlamaPart: Decodable {
    var generation: String?
    var promptTokenCount: Int?
    var generationTokenCount: Int?
    var stopReason: String?

    private enum CodingKeys: String, CodingKey {
        case generation
        case promptTokenCount = "prompt_token_count"
        case generationTokenCount = "generation_token_count"
        case stopReason = "stop_reason"
    }

    var part: InvokedPart {
        InvokedPart(
            text: generation ?? "",
            stopReason: stopReason.map { name in
                switch name {
                case "stop": .endTurn
                case "length": .maxTokens
                default: .other(name)
                }
            },
            inputTokens: promptTokenCount, outputTokens: generationTokenCount)
    }
}
