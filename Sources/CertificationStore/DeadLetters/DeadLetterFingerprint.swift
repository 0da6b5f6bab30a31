/// What dead letters of one kind have in common: the cause, the message's type, the queue, and the error without what
/// differs from one occurrence to the next.
package struct DeadLetterFingerprint: Sendable, Hashable {
    /// 16 hexadecimal digits, the same for the same kind everywhere.
    package let id: String
    /// The kind in words, at most 200 characters.
    package let title: String

    private static let titleLimit = 200

    /// A message without a type or a queue has its kind, too.
    package init(cause: String, type: String?, queue: String, error: String) {
        let normalised = ErrorText.normalised(error)
        id = Self.digest([cause, type ?? "", queue, normalised].joined(separator: "\u{1F}"))
        let subject = "\(type ?? "message without a type") in \(queue.isEmpty ? "an unknown queue" : queue)"
        let title = "\(cause): \(subject)" + (normalised.isEmpty ? "" : ": \(normalised)")
        self.title = title.count > Self.titleLimit ? title.prefix(Self.titleLimit - 1) + "…" : title
    }

    /// FNV-1a with 64 bits (Fowler, Noll and Vo): enough to tell kinds apart, of which there are few.
    private static func digest(_ text: String) -> String {
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// An error's text with placeholders for ids, numbers, times and the like.
enum ErrorText {
    /// Reads word by word, each once: thousands of letters may come at a time.
    static func normalised(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let first = rest.first {
            if isQuote(first), let end = endOfQuotation(rest, first) {
                let content = rest[rest.index(after: rest.startIndex)..<end]
                result += isIdentifying(content) ? "<id>" : "\(first)\(placeholder(for: content))\(first)"
                rest = rest[rest.index(after: end)...]
            } else if isWordCharacter(first) {
                let word = rest.prefix(while: isWordCharacter)
                rest = rest[word.endIndex...]
                let core = word.trimmingTrailing { ".:-/,".contains($0) }
                result += placeholder(for: core) + word[core.endIndex...]
            } else {
                // White space of any kind and length reads the same.
                if !first.isWhitespace { result.append(first) } else if result.last != " " { result += " " }
                rest = rest.dropFirst()
            }
        }
        return result.trimmingTrailing(while: \.isWhitespace).description
    }

    private static func placeholder(for word: Substring) -> String {
        guard word.contains(where: \.isASCIIDigit) else { return String(word) }
        if isUUID(word) { return "<uuid>" }
        if isTimestamp(word) { return "<time>" }
        if isRegion(word) { return "<region>" }
        if isNumber(word) { return "<n>" }
        if isHexadecimal(word) { return "<hex>" }
        if isModel(word) { return "<model>" }
        return withoutDigits(word)
    }

    private static func isQuote(_ character: Character) -> Bool {
        character == "'" || character == "\"" || character == "`"
    }

    /// A quotation is one word on the same line; an apostrophe begins none.
    private static func endOfQuotation(_ text: Substring, _ quote: Character) -> Substring.Index? {
        let content = text.dropFirst()
        guard let end = content.firstIndex(where: { $0 == quote || $0.isWhitespace }), content[end] == quote,
            end != content.startIndex
        else { return nil }
        return end
    }

    /// An id has a digit in it, but no placeholder of its own says what it is.
    private static func isIdentifying(_ content: Substring) -> Bool {
        content.contains(where: \.isASCIIDigit) && placeholder(for: content) == withoutDigits(content)
    }

    private static func isWordCharacter(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "_.:-/+@#".contains(character)
    }

    private static func isUUID(_ word: Substring) -> Bool {
        let groups = word.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }

    /// A date, with or without a time (`2026-11-21T08:00:00Z`), or a time of day.
    private static func isTimestamp(_ word: Substring) -> Bool {
        let date = word.prefix(10).split(separator: "-", omittingEmptySubsequences: false)
        if date.map(\.count) == [4, 2, 2], date.allSatisfy({ $0.allSatisfy(\.isASCIIDigit) }) { return true }
        let time = word.split(separator: ":", omittingEmptySubsequences: false)
        return time.count == 3 && time.allSatisfy { $0.first?.isASCIIDigit == true }
    }

    /// `us-east-1`, `us-gov-west-1`.
    private static func isRegion(_ word: Substring) -> Bool {
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        guard (3...4).contains(parts.count), let last = parts.last, let first = parts.first else { return false }
        return first.count == 2 && last.count == 1 && last.allSatisfy(\.isASCIIDigit)
            && parts.dropLast().allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isLowercase } }
    }

    /// Digits with signs and points, and perhaps a unit behind them: `3`, `-1.5`, `300ms`, `50%`.
    private static func isNumber(_ word: Substring) -> Bool {
        let digits = word.prefix { $0.isASCIIDigit || "+-.:/#".contains($0) }
        return digits.contains(where: \.isASCIIDigit) && word[digits.endIndex...].count <= 3
            && word[digits.endIndex...].allSatisfy(\.isLetter)
    }

    private static func isHexadecimal(_ word: Substring) -> Bool {
        let digits = word.hasPrefix("0x") ? word.dropFirst(2) : word
        return digits.allSatisfy(\.isHexDigit) && (digits.count >= 8 || digits.count < word.count)
    }

    /// `anthropic.claude-3-haiku-20240307-v1:0`, `us.amazon.nova-lite-v1:0`: a vendor, a point, and a hyphenated name.
    private static func isModel(_ word: Substring) -> Bool {
        guard let point = word.firstIndex(of: "."), !word.contains("/") else { return false }
        let vendor = word[..<point]
        return !vendor.isEmpty && vendor.allSatisfy { $0.isASCII && $0.isLowercase }
            && word[point...].contains("-")
    }

    private static func withoutDigits(_ word: Substring) -> String {
        var result = ""
        var isInNumber = false
        for character in word {
            if !character.isASCIIDigit {
                result.append(character)
            } else if !isInNumber {
                result += "<n>"
            }
            isInNumber = character.isASCIIDigit
        }
        return result
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}

extension StringProtocol where SubSequence == Substring {
    fileprivate func trimmingTrailing(while isTrimmed: (Character) -> Bool) -> Substring {
        var end = endIndex
        while end > startIndex, isTrimmed(self[index(before: end)]) { end = index(before: end) }
        return self[startIndex..<end]
    }
}
