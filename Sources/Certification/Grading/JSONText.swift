import Contracts

/// JSON that a model wrote: read only as far as its size and depth are sane.
struct JSONText {
    enum Fault: Error, Hashable {
        case notJSON
        case tooLarge
        case tooDeep
        /// It is JSON, with a number or an escape that no value here can hold.
        case unreadable

        var sentence: String {
            switch self {
            case .notJSON: "is not JSON"
            case .tooLarge: "is longer than \(JSONText.largest) bytes"
            case .tooDeep: "nests more than \(JSONText.deepest) levels"
            case .unreadable: "is JSON with a number beyond 38 digits or half a surrogate pair"
            }
        }
    }

    /// In bytes of UTF-8.
    static let largest = 1_000_000
    static let deepest = 64

    let text: String

    func value() throws(Fault) -> JSONValue {
        guard text.utf8.count <= Self.largest else { throw .tooLarge }
        // Foundation's decoder reads more than JSON, for example a comma before a closing bracket.
        do throws(JSONSyntax.Violation) {
            try JSONSyntax.check(Array(text.utf8), depthLimit: Self.deepest, allowsSameNames: true)
        } catch {
            throw error.isTooDeep ? .tooDeep : .notJSON
        }
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw .unreadable
        }
    }

    /// The JSON in a text that also says other things: in a code fence, or from the first bracket to its partner.
    func extracted() throws(Fault) -> JSONValue {
        do {
            return try value()
        } catch {
            guard error == .notJSON else { throw error }
        }
        for candidate in fences + bracketed {
            if let value = try? JSONText(text: candidate).value() { return value }
        }
        throw .notJSON
    }

    /// The contents of the code fences.
    var fences: [String] {
        let parts = text.split(separator: "```", maxSplits: 64, omittingEmptySubsequences: false)
        return parts.enumerated().filter { $0.offset % 2 == 1 }.map { _, part in
            let label = part.prefix { $0.isLetter || $0.isNumber }
            let rest = part.dropFirst(label.count)
            return String(rest.first?.isNewline == true ? rest : part).trimmed
        }
    }

    /// The text from an opening bracket to the one that closes it, for the first few that have one.
    private var bracketed: [String] {
        var found: [String] = []
        var rest = text[...]
        var unclosed = 0
        while found.count < 8, let start = rest.firstIndex(where: { $0 == "{" || $0 == "[" }) {
            guard let end = Self.end(of: rest[start...]) else {
                rest = rest[rest.index(after: start)...]
                unclosed += 1
                // Each try reads on to the end: few are made in a long text.
                if unclosed >= 8, rest.utf8.count > 2_000 { return found }
                continue
            }
            found.append(String(rest[start...end]))
            rest = rest[rest.index(after: end)...]
        }
        return found
    }

    /// Where the bracket that a text begins with is closed.
    private static func end(of text: Substring) -> String.Index? {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for index in text.indices {
            let character = text[index]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isInString = false
                }
                continue
            }
            switch character {
            case "\"": isInString = true
            case "{", "[": depth += 1
            case "}", "]":
                depth -= 1
                if depth == 0 { return index }
            default: continue
            }
        }
        return nil
    }
}
