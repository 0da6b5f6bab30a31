extension ModelAnswer {
    /// What begins and ends a thought that a server without a parser for its model's thoughts leaves in the text.
    private static let (thoughtBegin, thoughtEnd) = ("<think>", "</think>")

    /// Whether the model is seen to have thought before it spoke.
    var hasThought: Bool { showsThought || usage?.reasoningTokens ?? 0 > 0 }

    /// Whether pieces of the thought came, readable or not.
    var showsThought: Bool { !reasoning.isBlank || hasRedactedReasoning }

    /// The answer without a thought at the beginning of its text, which is then part of the reasoning, as are its chunks.
    ///
    /// A thought without an end is one only when the limit on output tokens ended it.
    var separatingThought: ModelAnswer {
        let said = text.drop(while: \.isWhitespace)
        guard said.hasPrefix(Self.thoughtBegin) else { return self }
        let thought: Substring
        let visible: Substring
        let inner = said.dropFirst(Self.thoughtBegin.count)
        if let end = inner.firstRange(of: Self.thoughtEnd) {
            thought = inner[..<end.lowerBound]
            visible = inner[end.upperBound...].drop(while: \.isWhitespace)
        } else if stopReason == .maxTokens {
            thought = inner
            visible = inner[inner.endIndex...]
        } else {
            return self
        }
        var answer = self
        answer.reasoning += String(thought)
        answer.text = String(visible)
        answer.observed[.reasoningInText] = true
        answer.chunks = chunks(thinkingUpTo: text.utf8.distance(from: text.startIndex, to: visible.startIndex))
        answer.timing.firstVisibleText = answer.chunks.first { $0.kind == .text }?.arrival
        return answer
    }

    /// The chunks, of which those are reasoning that hold the text's first bytes; one that holds both is parted.
    private func chunks(thinkingUpTo bytes: Int) -> [StreamedChunk] {
        var left = bytes
        return chunks.flatMap { chunk -> [StreamedChunk] in
            guard chunk.kind == .text, left > 0 else { return [chunk] }
            let utf8 = chunk.text.utf8
            let parts = [(StreamedChunk.Kind.reasoning, utf8.prefix(left)), (.text, utf8.dropFirst(left))]
            left -= min(left, utf8.count)
            return parts.filter { !$0.1.isEmpty }
                .map { StreamedChunk(kind: $0.0, text: String(decoding: $0.1, as: UTF8.self), arrival: chunk.arrival) }
        }
    }
}
