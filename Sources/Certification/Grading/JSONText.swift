import Contracts

/// JSON that a model wrote: read only as far as its size and depth are sane.
struct JSONText {
    enum Fault: Error, Hashable {
        case notJSON
        case tooLarge
        case tooDeep

        var sentence: String {
            switch self {
            case .notJSON: "is not JSON"
            case .tooLarge: "is longer than \(JSONText.largest) bytes"
            case .tooDeep: "nests more than \(JSONText.deepest) levels"
            }
        }
    }

    /// In bytes of UTF-8.
    static let largest = 1_000_000
    static let deepest = 64

    let text: String

    func value() throws(Fault) -> JSONValue {
        guard text.utf8.count <= Self.largest else { throw .tooLarge }
        guard Self.depth(of: text) <= Self.deepest else { throw .tooDeep }
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw .notJSON
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
        while found.count < 8, let start = rest.firstIndex(where: { $0 == "{" || $0 == "[" }) {
            guard let end = Self.end(of: rest[start...]) else {
                rest = rest[rest.index(after: start)...]
                if rest.utf8.count > 20_000 { return found }
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

    /// The deepest nesting of brackets outside strings.
    private static func depth(of text: String) -> Int {
        var depth = 0
        var deepest = 0
        var isInString = false
        var isEscaped = false
        for byte in text.utf8 {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: continue
            }
        }
        return deepest
    }
}
