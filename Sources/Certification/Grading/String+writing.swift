/// What people count in a text. Characters are grapheme clusters.
extension StringProtocol {
    /// Runs of letters, marks and digits with inner apostrophes and hyphens; each ideograph or kana is a word.
    var writtenWords: [String] {
        var words: [String] = []
        var word = ""
        var joiner: Character?
        func endWord() {
            if !word.isEmpty { words.append(word) }
            (word, joiner) = ("", nil)
        }
        for character in self {
            if character.isIdeographic {
                endWord()
                words.append(String(character))
            } else if character.isLetter || character.isNumber {
                if let inner = joiner { word.append(inner) }
                word.append(character)
                joiner = nil
            } else if "'’-‑".contains(character), !word.isEmpty, joiner == nil {
                joiner = character
            } else {
                endWord()
            }
        }
        endWord()
        return words
    }

    /// How often a word, or a run of words, stands in the text as such, whatever its case.
    func occurrences(ofWord wanted: String) -> Int {
        let parts = wanted.lowercased().writtenWords
        guard let first = parts.first else { return 0 }
        let words = lowercased().writtenWords
        return words.indices.count { start in
            words[start] == first && words.count - start >= parts.count
                && words[start..<(start + parts.count)].elementsEqual(parts)
        }
    }

    func occurrences(ofLetter letter: Character) -> Int {
        let wanted = letter.lowercased()
        return self.count { $0.lowercased() == wanted }
    }

    /// The parts between the separators, or between blank lines, that are not blank.
    func paragraphs(separatedBy separator: String?) -> [String] {
        if let separator, !separator.isEmpty {
            return String(self).split(separator: separator).map(\.trimmed).filter { !$0.isEmpty }
        }
        var paragraphs: [String] = []
        var lines: [Substring] = []
        let all: [Substring] = String(self).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) + [""]
        for line in all {
            if line.allSatisfy(\.isWhitespace) {
                if !lines.isEmpty { paragraphs.append(lines.joined(separator: "\n").trimmed) }
                lines = []
            } else {
                lines.append(line)
            }
        }
        return paragraphs
    }

    /// Ends of sentences: `.`, `!`, `?`, `…` and the like before white space, closing marks between allowed; full-width ones
    /// anywhere; and the end of a paragraph. Initials, common abbreviations and the numbers of lists end none.
    var sentenceCount: Int {
        paragraphs(separatedBy: nil).reduce(0) { $0 + Self.sentences(ofParagraph: Array($1)) }
    }

    private static func sentences(ofParagraph text: [Character]) -> Int {
        var count = 0
        var hasWords = false
        var word = ""
        var index = 0
        while index < text.count {
            let character = text[index]
            index += 1
            if character.isLetter || character.isNumber {
                hasWords = true
                word.append(character)
                continue
            }
            let isWide = "。！？｡".contains(character)
            guard isWide || ".!?…؟।".contains(character) else {
                if character != "." { word = "" }
                continue
            }
            let isFullStop = character == "."
            while index < text.count, ".!?…。！？\"'”’»)]*_".contains(text[index]) { index += 1 }
            let isAtEnd = index == text.count || text[index].isWhitespace
            if !isAtEnd, !isWide {
                word.append(character)
                continue
            }
            let isAbbreviated = isFullStop && index < text.count && isAbbreviation(word)
            if hasWords, !isAbbreviated {
                count += 1
                hasWords = false
            }
            word = ""
        }
        return count + (hasWords ? 1 : 0)
    }

    private static func isAbbreviation(_ word: String) -> Bool {
        if word.count == 1 || word.contains(".") || word.allSatisfy(\.isNumber) { return word.count <= 5 }
        return [
            "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "no", "vol", "fig", "approx", "inc", "ltd",
            "co", "bzw", "usw", "ca", "nr", "mme", "mlle", "sra",
        ].contains(word.lowercased())
    }

    var bulletCount: Int {
        String(self).split(whereSeparator: \.isNewline).count { line in
            let item = line.drop(while: \.isWhitespace)
            guard let mark = item.first, "*-+•".contains(mark) else { return false }
            let rest = item.dropFirst()
            return rest.first?.isWhitespace == true && !rest.trimmed.isEmpty
        }
    }

    /// Parts such as `*this*` and `**this**` on one line, that are not blank.
    var highlightCount: Int {
        let double = String(self).matches(of: /\*\*[^\s*](?:[^*\n]*[^\s*])?\*\*/).count
        let rest = String(self).replacing(/\*\*[^*\n]*\*\*/, with: " ")
        return double + rest.matches(of: /\*[^\s*](?:[^*\n]*[^\s*])?\*/).count
    }

    /// Lines that begin with the name and a number, marks of a heading before it allowed.
    func sectionCount(named name: String) -> Int {
        String(self).split(whereSeparator: \.isNewline).count { line in
            let heading = line.drop { "#*_ \t".contains($0) }.lowercased()
            guard heading.hasPrefix(name.lowercased()) else { return false }
            return heading.dropFirst(name.count).drop(while: \.isWhitespace).first?.isNumber == true
        }
    }

    var isInCapitals: Bool {
        contains(where: \.isLetter) && self.count(where: \.isUppercase) > 1 && !contains(where: \.isLowercase)
    }

    /// The text within the double quotation marks that it stands in, or the text.
    var withoutQuotes: String {
        let pairs: [(Character, Character)] = [
            ("\"", "\""), ("“", "”"), ("„", "“"), ("„", "”"), ("«", "»"), ("»", "«"), ("「", "」"), ("『", "』"),
            ("”", "”"),
        ]
        guard self.count > 1, let first = self.first, let last = Array(self).last,
            pairs.contains(where: { $0 == (first, last) })
        else { return String(self) }
        return String(dropFirst().dropLast())
    }
}

extension Character {
    /// Whether it is of a script that writes words without spaces: Han, Hiragana or Katakana.
    var isIdeographic: Bool {
        guard let scalar = unicodeScalars.first else { return false }
        return scalar.properties.isIdeographic || (0x3041...0x30FF).contains(scalar.value) && isLetter
            || (0x31F0...0x31FF).contains(scalar.value)
    }
}

extension StringProtocol {
    /// Whether a line holds something between `<<` and `>>`. One pass: a pattern tries each `<<` anew.
    var hasTitle: Bool {
        var (openings, closings, isOpen, isFilled) = (0, 0, false, false)
        for character in self {
            switch character {
            case "<":
                openings += 1
                (closings, isOpen, isFilled) = (0, openings >= 2, false)
            case ">" where isOpen && isFilled:
                closings += 1
                if closings == 2 { return true }
            default:
                if closings > 0 || character == ">" || character.isNewline { isOpen = false }
                (openings, closings) = (0, 0)
                if isOpen, !character.isWhitespace { isFilled = true }
            }
        }
        return false
    }
}
