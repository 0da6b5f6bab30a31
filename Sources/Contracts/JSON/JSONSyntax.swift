/// Checks that bytes are one JSON value (RFC 8259), and says where they stop being one.
///
/// Foundation's decoder does not say where, and forgives a trailing comma and a field that occurs twice.
package struct JSONSyntax {
    package struct Violation: Error, Sendable, Hashable {
        /// From 1.
        package var line: Int
        /// From 1, in characters.
        package var column: Int
        /// Completes the sentence "Line 1, column 2: …".
        package var message: String
        /// Whether the bytes may still be JSON, nested deeper than is read here.
        package var isTooDeep: Bool
    }

    private let bytes: [UInt8]
    private let depthLimit: Int
    private let allowsSameNames: Bool
    private var index = 0

    /// - Parameters:
    ///   - bytes: What is to be JSON in UTF-8.
    ///   - depthLimit: How deeply arrays and objects may be nested; at least 1.
    ///   - allowsSameNames: Whether a field may occur twice in an object, as RFC 8259 advises against.
    /// - Throws: `Violation` at the first place where they stop being one JSON value.
    package static func check(
        _ bytes: [UInt8], depthLimit: Int = 32, allowsSameNames: Bool = false
    ) throws(Violation) {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Violation(line: 1, column: 1, message: "this is not UTF-8", isTooDeep: false)
        }
        var syntax = JSONSyntax(bytes: bytes, depthLimit: depthLimit, allowsSameNames: allowsSameNames)
        try syntax.value(depth: 0)
        syntax.skipWhitespace()
        guard syntax.index == bytes.count else { throw syntax.violation("nothing may follow the value") }
    }

    private init(bytes: [UInt8], depthLimit: Int, allowsSameNames: Bool) {
        self.bytes = bytes
        self.depthLimit = depthLimit
        self.allowsSameNames = allowsSameNames
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func value(depth: Int) throws(Violation) {
        skipWhitespace()
        switch current {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < depthLimit else {
                throw violation("the nesting is deeper than \(depthLimit)", isTooDeep: true)
            }
            try current == UInt8(ascii: "{") ? object(depth: depth) : array(depth: depth)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): try number()
        case nil: throw violation("it ends where a value is expected")
        default: throw violation("a value is expected")
        }
    }

    private mutating func object(depth: Int) throws(Violation) {
        index += 1
        skipWhitespace()
        guard !take("}") else { return }
        var names: Set<ArraySlice<UInt8>> = []
        repeat {
            skipWhitespace()
            guard current == UInt8(ascii: "\"") else { throw violation("a field name in quotation marks is expected") }
            let start = index
            try string()
            // Which of two values a reader takes is its own choice (RFC 8259 §4), so that none is meant.
            guard allowsSameNames || names.insert(bytes[start..<index]).inserted else {
                throw violation("the field occurs twice")
            }
            skipWhitespace()
            guard take(":") else { throw violation("':' is expected") }
            try value(depth: depth + 1)
            skipWhitespace()
        } while take(",")
        guard take("}") else { throw violation("',' or '}' is expected") }
    }

    private mutating func array(depth: Int) throws(Violation) {
        index += 1
        skipWhitespace()
        guard !take("]") else { return }
        repeat {
            try value(depth: depth + 1)
            skipWhitespace()
        } while take(",")
        guard take("]") else { throw violation("',' or ']' is expected") }
    }

    private mutating func string() throws(Violation) {
        index += 1
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return
            case UInt8(ascii: "\\"):
                try escape()
            case 0..<0x20:
                throw violation("a control character in a string must be escaped")
            default:
                index += 1
            }
        }
        throw violation("it ends within a string")
    }

    private mutating func escape() throws(Violation) {
        index += 1
        switch current {
        case UInt8(ascii: "u"):
            let digits = bytes[min(index + 1, bytes.count)..<min(index + 5, bytes.count)]
            guard digits.count == 4, digits.allSatisfy(Self.isHexadecimal) else {
                throw violation("four hexadecimal digits are expected after '\\u'")
            }
            index += 5
        case .some(let byte) where #""\/bfnrt"#.utf8.contains(byte):
            index += 1
        default:
            throw violation("this is no escape sequence")
        }
    }

    private mutating func number() throws(Violation) {
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            try digits()
        }
    }

    private mutating func digits() throws(Violation) {
        let start = index
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        guard index > start else { throw violation("a digit is expected") }
    }

    private mutating func literal(_ word: StaticString) throws(Violation) {
        for expected in word.description.utf8 {
            guard current == expected else { throw violation("'\(word)' is expected") }
            index += 1
        }
    }

    private mutating func skipWhitespace() {
        while let byte = current, byte == 0x20 || (0x09...0x0a).contains(byte) || byte == 0x0d { index += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private func violation(_ message: String, isTooDeep: Bool = false) -> Violation {
        let before = bytes[..<index]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        // Continuation bytes of UTF-8 do not begin a character.
        let column = before[lineStart...].count { $0 & 0b1100_0000 != 0b1000_0000 } + 1
        return Violation(
            line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: column, message: message,
            isTooDeep: isTooDeep)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}
