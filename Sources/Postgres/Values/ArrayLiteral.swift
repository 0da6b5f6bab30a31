/// The text form of arrays: `{1,NULL,"a \"quoted\" text"}` (PostgreSQL manual §8.15.6).
enum ArrayLiteral {
    static func text(of elements: [PostgresValue?]) throws(PostgresError) -> String {
        var text = "{"
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            text += try Self.text(of: element)
        }
        return text + "}"
    }

    private static func text(of element: PostgresValue?) throws(PostgresError) -> String {
        switch element {
        case nil: return "NULL"
        case .text(let text): return quoted(text)
        case .bytes(let bytes): return quoted(ByteaText.text(of: bytes))
        case .array(let elements): return try text(of: elements)
        case .unencodable(let reason): throw PostgresError(.encoding, message: reason)
        }
    }

    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        bytes.reserveCapacity(text.utf8.count + 2)
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The elements of a literal; those of a nested array are literals themselves. Nil when the text is malformed.
    static func elements(of text: String) -> [String?]? {
        var parser = ArrayLiteralParser(text)
        return parser.parse()
    }
}

/// Reads one array literal.
private struct ArrayLiteralParser {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        // Bounds other than 1 are written before the literal: `[0:1]={a,b}`.
        let literal = text.hasPrefix("[") ? text[(text.firstIndex(of: "{") ?? text.endIndex)...] : text[...]
        rest = literal.utf8
    }

    mutating func parse() -> [String?]? {
        guard take("{") else { return nil }
        if take("}") { return rest.isEmpty ? [] : nil }
        var elements: [String?] = []
        repeat {
            guard let element = parseElement() else { return nil }
            elements.append(element.value)
        } while take(",")
        guard take("}"), rest.isEmpty else { return nil }
        return elements
    }

    private struct Element {
        var value: String?
    }

    private mutating func parseElement() -> Element? {
        switch rest.first {
        case UInt8(ascii: "\""): parseQuoted()
        case UInt8(ascii: "{"): parseNested()
        default: parseBare()
        }
    }

    private mutating func parseQuoted() -> Element? {
        rest.removeFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return Element(value: String(decoding: bytes, as: UTF8.self))
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                bytes.append(escaped)
            default: bytes.append(byte)
            }
        }
        return nil
    }

    private mutating func parseNested() -> Element? {
        var depth = 0
        var isQuoted = false
        var index = rest.startIndex
        while index < rest.endIndex {
            switch rest[index] {
            case UInt8(ascii: "\\"): rest.formIndex(after: &index)
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "{") where !isQuoted: depth += 1
            case UInt8(ascii: "}") where !isQuoted: depth -= 1
            default: break
            }
            guard index < rest.endIndex else { return nil }
            rest.formIndex(after: &index)
            guard depth == 0 else { continue }
            let nested = String(decoding: rest[..<index], as: UTF8.self)
            rest = rest[index...]
            return Element(value: nested)
        }
        return nil
    }

    private mutating func parseBare() -> Element? {
        let end = rest.firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? rest.endIndex
        guard end > rest.startIndex else { return nil }
        let text = String(decoding: rest[..<end], as: UTF8.self)
        rest = rest[end...]
        return Element(value: text.uppercased() == "NULL" ? nil : text)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }
}
