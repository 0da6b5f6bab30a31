import Contracts

/// Two rules that one answer can't follow.
package struct FormatConflict: Sendable, Hashable, CustomStringConvertible {
    package let first: FormatRule
    package let second: FormatRule
    package let reason: String

    /// `'noComma' and 'json' can't be combined: …`.
    package var description: String { "'\(first.name)' and '\(second.name)' can't be combined: \(reason)" }
}

extension FormatRule {
    /// The rule's name in a suite's file.
    package var name: String {
        switch form {
        case .string(let name): name
        case .object(let fields): fields.keys.first ?? ""
        case .array, .number, .boolean, .null: ""
        }
    }

    /// Which of a prompt's rules contradict one another. The suite's loader rejects a prompt that has any.
    ///
    /// After IFEval's `INSTRUCTION_CONFLICTS`, which forbids far more pairs, to keep its generated prompts simple; here only
    /// those are listed that no answer can follow, or that a program can't tell apart.
    package static func conflicts(_ rules: [FormatRule]) -> [FormatConflict] {
        rules.indices.flatMap { first in
            rules.indices.dropFirst(first + 1).compactMap { second in
                conflict(rules[first], rules[second]) ?? conflict(rules[second], rules[first])
            }
        }
    }

    /// By name: what leaves no room for what. A rule also conflicts with a second one of its own name, where the answer can
    /// be of one kind only.
    private static let table: [String: (others: Set<String>, reason: String)] = [
        "options": (
            Set(names).subtracting(["options", "language", "noComma", "allCaps", "allLowercase", "words", "sentences"]),
            "the answer is one of the options and nothing else"
        ),
        "json": (
            [
                "title", "twoResponses", "postscript", "bullets", "highlights", "sections", "repeatPrompt", "endPhrase",
                "paragraphs", "paragraphStart", "quotation", "noComma", "sentences",
            ], "the whole answer is JSON"
        ),
        "allCaps": (["allLowercase"], "letters are of one case"),
        "allLowercase": (["capitalWords"], "words in capitals need capitals"),
        "quotation": (["repeatPrompt"], "the answer begins either with a quotation mark or with the request"),
        "twoResponses": (
            ["repeatPrompt", "postscript", "quotation", "paragraphStart", "paragraphs", "endPhrase"],
            "it is open which of the two responses has it"
        ),
        "repeatPrompt": (
            ["allCaps", "allLowercase", "noComma", "paragraphStart"], "the request is repeated as it stands"
        ),
    ]

    private static let onceOnly: Set<String> = ["language", "options", "repeatPrompt", "endPhrase", "postscript"]

    private static func conflict(_ first: FormatRule, _ second: FormatRule) -> FormatConflict? {
        if let entry = table[first.name], entry.others.contains(second.name), !isAllowedAllTheSame(first, second) {
            return FormatConflict(first: first, second: second, reason: entry.reason)
        }
        if onceOnly.contains(first.name), first.name == second.name, first != second {
            return FormatConflict(first: first, second: second, reason: "an answer can follow one of them only")
        }
        if let reason = contentConflict(first, second) {
            return FormatConflict(first: first, second: second, reason: reason)
        }
        return nil
    }

    /// Zero words in capitals is what an answer in lowercase has.
    private static func isAllowedAllTheSame(_ first: FormatRule, _ second: FormatRule) -> Bool {
        if case .capitalWords(let count) = second { return first == .allLowercase && count.contains(0) }
        return false
    }

    private static func contentConflict(_ first: FormatRule, _ second: FormatRule) -> String? {
        switch (first, second) {
        case (.keywords(let wanted), .forbiddenWords(let forbidden)):
            let both = wanted.first { word in forbidden.contains { word.occurrences(ofWord: $0) > 0 } }
            return both.map { "'\($0)' is asked for and forbidden" }
        case (.keywordFrequency(let word, let count), .forbiddenWords(let forbidden)) where !count.contains(0):
            return forbidden.contains { word.occurrences(ofWord: $0) > 0 }
                ? "'\(word)' is asked for and forbidden" : nil
        case (.endPhrase(let phrase), .noComma) where phrase.contains(","),
            (.postscript(let phrase), .noComma) where phrase.contains(","):
            return "the text that is asked for has a comma"
        case (.words(let one), .words(let other)), (.sentences(let one), .sentences(let other)),
            (.bullets(let one), .bullets(let other)):
            return one.overlaps(other) ? nil : "no count is in both ranges"
        case (.paragraphs(let count, nil), .paragraphStart(let paragraphs, _, _)):
            return count.contains(paragraphs) ? nil : "no count of paragraphs fits both"
        default: return nil
        }
    }
}

extension CountRange {
    fileprivate func overlaps(_ other: CountRange) -> Bool {
        max(atLeast, other.atLeast) <= min(atMost ?? Int.max, other.atMost ?? Int.max)
    }
}
