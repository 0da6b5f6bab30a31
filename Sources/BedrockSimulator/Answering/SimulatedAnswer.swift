import Foundation

/// A simulated answer, already cut to the limits that the request sets.
struct SimulatedAnswer: Sendable, Hashable {
    /// The text in the pieces that a stream sends it in; a token each.
    var tokens: [String]
    var stopReason: String
    var inputTokens: Int

    var text: String { tokens.joined() }

    /// - Parameters:
    ///   - text: what the model would say without limits.
    ///   - request: sets the limits.
    init(saying text: String, to request: ConverseRequest) {
        var cut = text
        var reason = "end_turn"
        for sequence in request.inferenceConfig?.stopSequences ?? [] where !sequence.isEmpty {
            guard let range = cut.range(of: sequence) else { continue }
            cut = String(cut[..<range.lowerBound])
            reason = "stop_sequence"
        }
        var pieces = Self.tokens(of: cut)
        if let limit = request.inferenceConfig?.maxTokens, pieces.count > limit {
            pieces = Array(pieces.prefix(limit))
            reason = "max_tokens"
        }
        tokens = pieces
        stopReason = reason
        inputTokens =
            3
            + (request.messages.map(\.text) + [request.systemText]).reduce(0) {
                $0 + Self.tokens(of: $1).count
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
