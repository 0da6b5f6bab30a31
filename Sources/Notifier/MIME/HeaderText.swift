import Foundation

/// Text in a mail's headers.
enum HeaderText {
    /// A header's line or lines without the last line end: folded at spaces so that no line is longer than 78
    /// characters where words allow, and encoded where it is not plain ASCII (RFC 5322 §2.2.3, RFC 2047).
    static func field(_ name: String, _ value: String) -> String {
        let plain = PlainText.line(value)
        if isPlain(plain) { return folded(plain.split(separator: " ").map(String.init), after: "\(name):") }
        return folded(encodedWords(plain), after: "\(name):")
    }

    /// A display name: an atom sequence, a quoted string or encoded words.
    static func phrase(_ text: String) -> String {
        let plain = PlainText.line(text)
        guard isPlain(plain) else { return encodedWords(plain).joined(separator: " ") }
        if plain.utf8.allSatisfy({ isAtomByte($0) || $0 == UInt8(ascii: " ") }) { return plain }
        let escaped = plain.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }

    /// RFC 2047 §2: at most 75 characters each, broken between characters only.
    static func encodedWords(_ text: String) -> [String] {
        // 75 less "=?utf-8?B?" and "?=" leaves 63 characters of base64: 45 bytes.
        let limit = 45
        var words: [String] = []
        var bytes: [UInt8] = []
        for character in text.unicodeScalars {
            let next = Array(String(character).utf8)
            if bytes.count + next.count > limit {
                words.append(encodedWord(bytes))
                bytes = []
            }
            bytes += next
        }
        if !bytes.isEmpty { words.append(encodedWord(bytes)) }
        return words
    }

    private static func encodedWord(_ bytes: [UInt8]) -> String {
        "=?utf-8?B?\(Data(bytes).base64EncodedString())?="
    }

    private static func folded(_ words: [String], after start: String) -> String {
        var lines = [start]
        for word in words {
            let last = lines[lines.count - 1]
            if last.count + 1 + word.count > 78, last != start {
                lines.append(" \(word)")
            } else {
                lines[lines.count - 1] = "\(last) \(word)"
            }
        }
        return lines.joined(separator: "\r\n")
    }

    /// Whether the text needs no encoding. What looks like an encoded word would be decoded by the reader.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !text.contains("=?")
    }

    private static func isAtomByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
        }
    }
}
