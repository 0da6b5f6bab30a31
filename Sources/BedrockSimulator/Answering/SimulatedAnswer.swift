import Contracts
import Foundation

/// A tool call of a simulated model.
struct SimulatedToolCall: Sendable, Hashable {
    var id: String
    var name: String
    var input: JSONValue

    /// The arguments as JSON on one line.
    var arguments: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(input)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

/// What a model would say without limits.
struct Utterance: Sendable, Hashable {
    var text = ""
    var toolCalls: [SimulatedToolCall] = []
    /// What it thinks aloud before.
    var reasoning = ""
}

/// A simulated answer, already cut to the limits that the request sets.
struct SimulatedAnswer: Sendable, Hashable {
    /// The text in the pieces that a stream sends it in; a token each.
    var tokens: [String]
    var reasoningTokens: [String]
    var toolCalls: [SimulatedToolCall]
    var stopReason: String
    var inputTokens: Int

    var text: String { tokens.joined() }
    var reasoning: String { reasoningTokens.joined() }

    /// Reasoning and arguments included.
    var outputTokens: Int {
        tokens.count + reasoningTokens.count + toolCalls.reduce(0) { $0 + Self.tokens(of: $1.arguments).count }
    }

    /// - Parameters:
    ///   - utterance: what the model would say without limits.
    ///   - request: sets the limits.
    ///   - behaviour: may ignore them.
    init(saying utterance: Utterance, to request: ConverseRequest, behaviour: Behaviour = .normal) {
        var cut = utterance.text
        var reason = utterance.toolCalls.isEmpty ? "end_turn" : "tool_use"
        let sequences = behaviour == .ignoreStopSequences ? [] : request.inferenceConfig?.stopSequences ?? []
        for sequence in sequences where !sequence.isEmpty {
            guard let range = cut.range(of: sequence) else { continue }
            cut = String(cut[..<range.lowerBound])
            reason = "stop_sequence"
        }
        var pieces = Self.tokens(of: cut)
        reasoningTokens = Self.tokens(of: utterance.reasoning)
        if let limit = request.inferenceConfig?.maxTokens, behaviour != .ignoreMaxTokens {
            reasoningTokens = Array(reasoningTokens.prefix(limit))
            let rest = limit - reasoningTokens.count
            if pieces.count > rest {
                pieces = Array(pieces.prefix(rest))
                reason = "max_tokens"
            }
        }
        tokens = pieces
        toolCalls = utterance.toolCalls
        stopReason = Self.stopReason(of: behaviour) ?? reason
        inputTokens = Self.inputTokens(of: request)
    }

    static func inputTokens(of request: ConverseRequest) -> Int {
        3 + tokens(of: request.wholeText).count + (request.toolConfig?.specifications.count ?? 0) * 40
            + request.messages.flatMap(\.content).reduce(0) { $0 + ($1.image == nil ? 0 : 100) }
    }

    private static func stopReason(of behaviour: Behaviour) -> String? {
        switch behaviour {
        case .filterContent, .blockContent: "content_filtered"
        case .malformOutput: "malformed_model_output"
        case .malformToolUse: "malformed_tool_use"
        default: nil
        }
    }

    /// Words with the white space before them, and each punctuation mark by itself.
    static func tokens(of text: String) -> [String] {
        var tokens: [String] = []
        var current = ""
        for character in text {
            if character.isPunctuation || (character.isWhitespace && current.contains { !$0.isWhitespace }) {
                if !current.isEmpty { tokens.append(current) }
                current = ""
            }
            if character.isPunctuation { tokens.append(String(character)) } else { current.append(character) }
        }
        return current.isEmpty ? tokens : tokens + [current]
    }
}
