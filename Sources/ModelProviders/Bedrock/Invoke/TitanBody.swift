import Certification

/// Amazon Titan's text format.
struct TitanBody: Encodable {
    struct Configuration: Encodable {
        var maxTokenCount: Int
        var temperature: Double?
        var topP: Double?
        var stopSequences: [String]?
    }

    var inputText: String
    var textGenerationConfig: Configuration

    init(_ request: ModelRequest) throws(ProviderError) {
        let turns = try request.textTurns()
        let conversation = turns.map { "\($0.role == .user ? "User" : "Bot"): \($0.text)\n" }.joined() + "Bot:"
        inputText = (request.system.map { "\($0)\n\n" } ?? "") + conversation
        textGenerationConfig = Configuration(
            maxTokenCount: request.maxTokens, temperature: request.temperature, topP: request.topP,
            stopSequences: request.stopSequences.isEmpty ? nil : request.stopSequences)
    }
}

/// Titan's answer with its results, or one chunk of its stream, which is a result with counts.
struct TitanPart: Decodable {
    struct Result: Decodable {
        var tokenCount: Int?
        var outputText: String?
        var completionReason: String?
    }

    var inputTextTokenCount: Int?
    var results: [Result]?
    var outputText: String?
    var totalOutputTextTokenCount: Int?
    var completionReason: String?

    var part: InvokedPart {
        InvokedPart(
            text: outputText ?? (results ?? []).compactMap(\.outputText).joined(),
            stopReason: (completionReason ?? results?.first?.completionReason).map(Self.stopReason),
            inputTokens: inputTextTokenCount, outputTokens: totalOutputTextTokenCount ?? results?.first?.tokenCount)
    }

    private static func stopReason(_ name: String) -> StopReason {
        switch name {
        case "FINISH", "FINISHED": .endTurn
        case "LENGTH": .maxTokens
        case "STOP_CRITERIA_MET": .stopSequence
        case "CONTENT_FILTERED", "RAG_QUERY_WHEN_RAG_DISABLED": .contentFiltered
        default: .other(name)
        }
    }
}
