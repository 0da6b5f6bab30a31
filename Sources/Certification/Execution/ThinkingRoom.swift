/// How many output tokens a model is allowed that thinks before it speaks: what it thinks counts as output.
struct ThinkingRoom: Sendable, Hashable {
    /// What a thought is allowed on top of the answer: several times what models think about questions as short as the
    /// suites'.
    static let tokens = 4_096
    /// The name of the figure that remembers that a model needs it.
    static let measure = "thinking-room"
    /// How many times as long a test may take.
    static let patience = 3
    /// A thought takes no more than one part in so many of the context: the rest is for the question and its texts.
    private static let contextParts = 4

    /// What the model can put out at most, as far as anyone knows.
    private let ceiling: Int

    init(for facts: ModelFacts) {
        ceiling = min(facts.maxOutputTokens ?? .max, facts.contextWindow.map { $0 / Self.contextParts } ?? .max)
    }

    /// The limit on output tokens with room for a thought.
    func limit(for call: TestCall, asking tokens: Int) -> Int {
        guard !call.isAboutOutputLimit, !call.expectation.wantsRefusal else { return tokens }
        return max(tokens, min(tokens + Self.tokens, ceiling))
    }
}
