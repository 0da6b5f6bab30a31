/// What is done with a test's calls.
package enum TestProcedure: Sendable, Hashable, Codable {
    /// They are made one after another, as often as the test repeats.
    case conversation
    /// The first call, so often, with one and the same request: how often is the answer the same?
    case determinism(runs: Int)
    /// The first call (short) complete and streamed, then the second (longer): do the counted tokens agree?
    case usage(tolerance: Double)
    /// The first call, so often, each with a beginning of its own.
    case latency(samples: Int)
    /// The first call from more and more clients at once, so often in each step.
    case ramp(clients: [Int], callsPerStep: Int)
    /// The first call's question behind a long text that holds the answer.
    case longContext(LongContext)

    /// How long the text is and where the answer stands in it.
    package struct LongContext: Sendable, Hashable, Codable {
        /// Of the model's context window, above 0 and at most 0.8.
        package var share: Double
        /// The text is never longer than so many words.
        package var maximumWords: Int
        /// Where the needle stands, 0 for the beginning, 1 for the end; a call each.
        package var depths: [Double]
        /// The sentence that holds the answer.
        package var needle: String
        /// A model with at most so large a window is also sent more than it holds, which it must refuse; 0 for none.
        package var overLimitUpToTokens: Int

        package init(
            share: Double, maximumWords: Int, depths: [Double], needle: String, overLimitUpToTokens: Int = 0
        ) {
            self.share = share
            self.maximumWords = maximumWords
            self.depths = depths
            self.needle = needle
            self.overLimitUpToTokens = overLimitUpToTokens
        }
    }
}

extension TestProcedure {
    /// Whether each call stands for itself, so that trouble of one says nothing of the next.
    var hasIndependentCalls: Bool {
        switch self {
        case .latency, .ramp: true
        case .conversation, .determinism, .usage, .longContext: false
        }
    }
}
