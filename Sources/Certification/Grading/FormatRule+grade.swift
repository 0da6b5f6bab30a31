extension FormatRule {
    /// Grades a text that is not blank. The reasons hold nothing of it but counts.
    func grade(_ text: String) -> Grade {
        switch self {
        case .keywords(let words): gradeKeywords(words, in: text)
        case .keywordFrequency(let word, let count):
            Self.grade(text.occurrences(ofWord: word), count, of: "times the word '\(word)'")
        case .forbiddenWords(let words): gradeForbidden(words, in: text)
        case .letterFrequency(let letter, let count):
            Self.grade(text.occurrences(ofLetter: letter), count, of: "times the letter '\(letter)'")
        case .language(let language): language.grade(text)
        case .sentences(let count): Self.grade(text.sentenceCount, count, of: "sentences")
        case .paragraphs(let count, let separator):
            Self.grade(text.paragraphs(separatedBy: separator).count, count, of: "paragraphs")
        case .words(let count): Self.grade(text.writtenWords.count, count, of: "words")
        case .paragraphStart(let paragraphs, let number, let word):
            gradeStart(of: number, of: paragraphs, word: word, in: text)
        case .placeholders(let count):
            Self.grade(text.matches(of: /\[[^\[\]\n]{1,80}\]/).count, count, of: "placeholders in square brackets")
        case .postscript(let mark): gradePostscript(mark, in: text)
        case .bullets(let count): Self.grade(text.bulletCount, count, of: "items of a list")
        case .highlights(let count): Self.grade(text.highlightCount, count, of: "highlighted parts")
        case .sections(let name, let count):
            Self.grade(text.sectionCount(named: name), count, of: "sections called '\(name)'")
        case .capitalWords(let count):
            Self.grade(text.writtenWords.count(where: \.isInCapitals), count, of: "words in capitals")
        case .options, .json, .title, .twoResponses, .repeatPrompt, .endPhrase, .allCaps, .allLowercase, .noComma,
            .quotation:
            gradeWhole(text)
        }
    }

    private static func grade(_ found: Int, _ count: CountRange, of what: String) -> Grade {
        count.contains(found) ? .pass : .fail("The answer has \(found) \(what), not \(count).")
    }

    private func gradeKeywords(_ words: [String], in text: String) -> Grade {
        guard let missing = words.first(where: { text.occurrences(ofWord: $0) == 0 }) else { return .pass }
        return .fail("The answer does not have the word '\(missing)'.")
    }

    private func gradeForbidden(_ words: [String], in text: String) -> Grade {
        guard let found = words.first(where: { text.occurrences(ofWord: $0) > 0 }) else { return .pass }
        return .fail("The answer has the word '\(found)'.")
    }

    private func gradeStart(of number: Int, of count: Int, word: String, in text: String) -> Grade {
        let paragraphs = text.paragraphs(separatedBy: nil)
        guard paragraphs.count == count else {
            return .fail("The answer has \(paragraphs.count) paragraphs, not exactly \(count).")
        }
        guard paragraphs.indices.contains(number - 1) else {
            return .graderError("The rule asks for paragraph \(number) of \(count).")
        }
        return paragraphs[number - 1].writtenWords.first?.lowercased() == word.lowercased()
            ? .pass : .fail("Paragraph \(number) does not begin with '\(word)'.")
    }

    private func gradePostscript(_ mark: String, in text: String) -> Grade {
        let lines = text.split(whereSeparator: \.isNewline).map(\.trimmed).filter { !$0.isEmpty }
        let marked = lines.dropFirst().last { $0.lowercased().hasPrefix(mark.lowercased()) }
        guard let marked else { return .fail("No line after the first begins with '\(mark)'.") }
        return marked.dropFirst(mark.count).contains { $0.isLetter || $0.isNumber }
            ? .pass : .fail("Nothing follows '\(mark)'.")
    }

    private func gradeWhole(_ text: String) -> Grade {
        switch self {
        case .options(let options):
            let trimmed = text.trimmed.lowercased()
            return options.contains { $0.trimmed.lowercased() == trimmed }
                ? .pass : .fail("The answer is none of the \(options.count) allowed ones.")
        case .json: return gradeJSON(text)
        case .title:
            return text.hasTitle
                ? .pass : .fail("The answer has no title in double angular brackets.")
        case .twoResponses: return gradeTwoResponses(text)
        case .repeatPrompt(let prompt): return gradeRepetition(of: prompt, in: text)
        case .endPhrase(let phrase):
            return text.trimmed.withoutQuotes.lowercased().hasSuffix(phrase.trimmed.lowercased())
                ? .pass : .fail("The answer does not end with '\(phrase)'.")
        case .allCaps: return Self.grade(text, without: \.isLowercase, called: "lowercase")
        case .allLowercase: return Self.grade(text, without: \.isUppercase, called: "uppercase")
        case .noComma:
            let commas = text.unicodeScalars.count { Self.commas.contains($0) }
            return commas == 0 ? .pass : .fail("The answer has \(commas) commas.")
        case .quotation:
            return text.trimmed.count > 2 && text.trimmed.withoutQuotes != text.trimmed
                ? .pass : .fail("The answer does not stand in double quotation marks.")
        case .keywords, .keywordFrequency, .forbiddenWords, .letterFrequency, .language, .sentences, .paragraphs,
            .words,
            .paragraphStart, .placeholders, .postscript, .bullets, .highlights, .sections, .capitalWords:
            return .graderError("The rule is not about the whole answer.")
        }
    }

    /// The commas of all scripts, by their code points.
    private static let commas: Set<Unicode.Scalar> = [
        ",", "\u{055D}", "\u{060C}", "\u{07F8}", "\u{1363}", "\u{1808}", "\u{3001}", "\u{FE10}", "\u{FE50}", "\u{FF0C}",
        "\u{FF64}",
    ]

    private static func grade(
        _ text: String, without unwanted: (Character) -> Bool, called name: String
    ) -> Grade {
        let letters = text.filter(\.isLetter)
        if letters.isEmpty { return .fail("The answer has no letters.") }
        return letters.contains(where: unwanted) ? .fail("The answer has \(name) letters.") : .pass
    }

    private func gradeJSON(_ text: String) -> Grade {
        let trimmed = text.trimmed
        let isFenced = trimmed.hasPrefix("```") && trimmed.hasSuffix("```")
        let json = isFenced ? JSONText(text: trimmed).fences.first ?? "" : trimmed
        do throws(JSONText.Fault) {
            _ = try JSONText(text: json).value()
            return .pass
        } catch {
            return .fail("The answer \(error.sentence).")
        }
    }

    private func gradeTwoResponses(_ text: String) -> Grade {
        let parts = text.split(separator: "******", omittingEmptySubsequences: false).map(\.trimmed)
        let responses = parts.filter { !$0.isEmpty }
        guard responses.count == 2 else {
            return .fail("The answer has \(responses.count) parts between six asterisks, not 2.")
        }
        return responses[0] == responses[1] ? .fail("The two responses are the same.") : .pass
    }

    private func gradeRepetition(of prompt: String, in text: String) -> Grade {
        let (trimmed, wanted) = (text.trimmed.lowercased(), prompt.trimmed.lowercased())
        guard trimmed.hasPrefix(wanted) else { return .fail("The answer does not begin with the request.") }
        return trimmed.dropFirst(wanted.count).contains { $0.isLetter || $0.isNumber }
            ? .pass : .fail("The answer repeats the request and nothing else.")
    }
}
