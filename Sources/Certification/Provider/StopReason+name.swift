extension StopReason {
    /// The name that Converse gives the reason, for example `end_turn`
    /// (botocore `bedrock-runtime/2023-09-30/service-2.json`, `StopReason`).
    package var converseName: String {
        switch self {
        case .endTurn: "end_turn"
        case .toolUse: "tool_use"
        case .maxTokens: "max_tokens"
        case .stopSequence: "stop_sequence"
        case .guardrailIntervened: "guardrail_intervened"
        case .contentFiltered: "content_filtered"
        case .malformedModelOutput: "malformed_model_output"
        case .malformedToolUse: "malformed_tool_use"
        case .contextWindowExceeded: "model_context_window_exceeded"
        case .other(let name): name
        }
    }

    /// The reason of that name; `other` when it is a new one.
    package init(converseName name: String) {
        self = Self.named.first { $0.converseName == name } ?? .other(name)
    }

    /// The reasons that Converse knows.
    package static let named: [StopReason] = [
        .endTurn, .toolUse, .maxTokens, .stopSequence, .guardrailIntervened, .contentFiltered,
        .malformedModelOutput, .malformedToolUse, .contextWindowExceeded,
    ]
}

extension StopReason: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(converseName: try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(converseName)
    }
}
