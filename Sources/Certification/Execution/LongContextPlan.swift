import Foundation

/// How long the texts of a long-context test are for one model.
struct LongContextPlan: Sendable, Hashable {
    /// Every word of the filler is an everyday English one: at least one token, and with its space and punctuation hardly
    /// ever more than one and a half.
    private static let mostTokensPerWord = 1.5

    /// Of the text that holds the needle.
    let words: Int
    /// Of a text that can't fit; nil when none is sent.
    let overLimitWords: Int?

    init(_ setting: TestProcedure.LongContext, facts: ModelFacts) {
        guard let window = facts.contextWindow else {
            words = setting.maximumWords
            overLimitWords = nil
            return
        }
        words = max(1, min(setting.maximumWords, Int(Double(window) * setting.share / Self.mostTokensPerWord)))
        overLimitWords = window <= setting.overLimitUpToTokens ? window + window / 10 : nil
    }
}

/// A text without meaning, the same for the same seed.
struct FillerText: Sendable {
    private static let words = """
        apple river stone cloud window garden letter bridge candle forest island mirror orange pencil rabbit silver \
        tunnel valley winter yellow morning evening table chair street market village mountain ocean summer paper \
        glass wood iron bread butter sugar water field horse sheep bird fish flower tree leaf road wheel ship sail
        """.split(separator: " ")

    /// The sentences: eight words each, and the last may be shorter.
    let sentences: [String]

    init(words count: Int, seed: UInt64) {
        var state = seed
        var left = count
        var sentences: [String] = []
        sentences.reserveCapacity(count / 8 + 1)
        while left > 0 {
            let picked = (0..<min(8, left)).map { _ in Self.words[Int(Self.next(&state) % UInt64(Self.words.count))] }
            left -= picked.count
            sentences.append("The " + picked.joined(separator: " ") + ".")
        }
        self.sentences = sentences
    }

    /// The text with a sentence put in at a depth, 0 for the beginning, 1 for the end.
    func text(with needle: String, at depth: Double) -> String {
        let place = Int((Double(sentences.count) * min(max(depth, 0), 1)).rounded())
        return (sentences.prefix(place) + [needle] + sentences.dropFirst(place)).joined(separator: " ")
    }

    /// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
