import Contracts

/// Two rules of form that no answer can obey at once (after IFEval's table of conflicts, arXiv 2311.07911).
struct FormatConflict: Sendable, Hashable {
    let problem: String
    let cure = "Remove one of the two."

    /// Those among graders that all must pass.
    static func all(among graders: [Grader]) -> [FormatConflict] {
        let names = graders.compactMap(name)
        return names.indices.flatMap { index in
            names[(index + 1)...].filter { areInConflict(names[index], $0) }.map {
                FormatConflict(problem: "wants '\(names[index])' and '\($0)', which no answer can be at once")
            }
        }
    }

    private static let alone: Set<String> = ["json", "options", "quotation"]
    /// What goes with a rule that is about the whole answer.
    private static let compatible: [String: Set<String>] = [
        "json": ["keywords", "forbiddenWords", "letterFrequency", "keywordFrequency", "placeholders", "json"],
        "options": ["language", "noComma", "options"],
        "quotation": [
            "keywords", "forbiddenWords", "letterFrequency", "keywordFrequency", "language", "sentences", "words",
            "paragraphs", "allCaps", "allLowercase", "noComma", "capitalWords", "placeholders", "quotation",
        ],
    ]
    private static let pairs: [Set<String>] = [
        ["allCaps", "allLowercase"], ["allLowercase", "capitalWords"], ["bullets", "twoResponses"],
        ["title", "quotation"], ["repeatPrompt", "postscript"],
    ]

    private static func areInConflict(_ one: String, _ other: String) -> Bool {
        for (name, partner) in [(one, other), (other, one)] where alone.contains(name) {
            if compatible[name]?.contains(partner) == false { return true }
        }
        return pairs.contains([one, other])
    }

    private static func name(_ grader: Grader) -> String? {
        switch grader {
        case .uppercase: return "allCaps"
        case .format(let rule):
            switch rule.form {
            case .string(let name): return name
            case .object(let fields): return fields.keys.first
            default: return nil
            }
        default: return nil
        }
    }
}
