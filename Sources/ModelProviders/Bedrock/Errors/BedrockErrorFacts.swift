import Certification

/// What an error's words tell beyond its category.
struct BedrockErrorFacts: Hashable {
    /// The model's limit in tokens; nil when the words name none.
    var limit: Int?
    /// Nothing when the words name no parameter that we know.
    var refusedParameters: [Capability] = []

    /// - Parameter text: in lower case with straight apostrophes.
    init(of category: ErrorCategory, text: String) {
        switch category {
        case .contextLength: limit = Self.contextLimit(text)
        case .maxTokensCap: limit = Self.outputLimit(text)
        case .parameterUnsupported: refusedParameters = Self.parameters(text)
        case .capabilityUnsupported where text.contains("field") || text.contains("system"):
            refusedParameters = Self.parameters(text)
        default: break
        }
    }

    // `expected maxLength: …` counts characters: that is no limit in tokens.
    private static func contextLimit(_ text: String) -> Int? {
        let match =
            text.firstMatch(of: /max input tokens: ([\d,]+)/)?.1
            ?? text.firstMatch(of: /> ([\d,]+) maximum/)?.1
            ?? text.firstMatch(of: /exceed model maximum \(([\d,]+)\)/)?.1
            ?? text.firstMatch(of: /exceed context limit: [\d,]+ \+ [\d,]+ > ([\d,]+)/)?.1
        return match.flatMap(number)
    }

    private static func outputLimit(_ text: String) -> Int? {
        let match =
            text.firstMatch(of: /exceeds the model limit of ([\d,]+)/)?.1
            ?? text.firstMatch(of: /> ([\d,]+), which is the maximum allowed number of output tokens/)?.1
        return match.flatMap(number)
    }

    private static func number(_ digits: Substring) -> Int? {
        Int(digits.filter { $0 != "," })
    }

    /// The spellings of Converse and of the vendors, and what they mean here. An error about two of them in one request
    /// names neither: each alone is welcome.
    private static func parameters(_ text: String) -> [Capability] {
        if text.contains("cannot both be specified") { return [.temperatureWithTopP] }
        let names: [(spelling: String, parameter: Capability)] = [
            ("temperature", .temperature), ("top_p", .topP), ("topp", .topP), ("stop_sequences", .stopSequences),
            ("stopsequences", .stopSequences), ("system", .systemPrompt),
        ]
        var found: [Capability] = []
        for name in names where text.contains(name.spelling) && !found.contains(name.parameter) {
            found.append(name.parameter)
        }
        return found
    }
}
