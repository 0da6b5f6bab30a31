/// Bounds what matching a suite's regular expression against a model's text may take: the matcher goes back and tries again,
/// and nothing can stop it.
enum PatternCheck {
    /// Of a text that a pattern is looked for in: twice over it in `.*x.*` is some hundred million steps, about a second.
    static let mostBytes = 16 * 1024

    /// Whether a pattern can be read, and ends.
    static func isUsable(_ pattern: String) -> Bool { (try? Regex(pattern)) != nil && !mayRunForever(pattern) }

    /// Whether a group that repeats without bound holds a part that does too, as in `(a+)+`: the ways to divide a text between
    /// the two double with each character.
    static func mayRunForever(_ pattern: String) -> Bool {
        var groups: [Bool] = []
        // Whether what was closed last, and may be repeated next, holds an unbounded repetition.
        var closed = false
        var isInClass = false
        var rest = Array(pattern.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\":
                rest = rest.dropFirst()
                closed = false
            case "[" where !isInClass: isInClass = true
            case "]" where isInClass:
                isInClass = false
                closed = false
            case _ where isInClass: continue
            case "(":
                groups.append(false)
                closed = false
            case ")":
                closed = groups.popLast() ?? false
                if closed, let last = groups.indices.last { groups[last] = true }
            case "+", "*":
                if closed { return true }
                if let last = groups.indices.last { groups[last] = true }
                closed = false
            case "{":
                let bounds = rest.prefix { $0 != "}" }
                let numbers = bounds.split(separator: ",", omittingEmptySubsequences: false).map {
                    Int(String(String.UnicodeScalarView($0)))
                }
                // Without a last number it has no bound; a few times over is as good as none.
                let isUnbounded = numbers.count == 2 && numbers[0] != nil && bounds.last == ","
                if closed, isUnbounded || (numbers.last.flatMap(\.self) ?? 0) > 3 { return true }
                guard isUnbounded else {
                    closed = false
                    continue
                }
                if let last = groups.indices.last { groups[last] = true }
            case "?": continue
            default: closed = false
            }
        }
        return false
    }
}
