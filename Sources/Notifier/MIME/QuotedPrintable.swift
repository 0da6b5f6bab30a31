/// RFC 2045 §6.7: text as lines of at most 76 printable ASCII characters.
enum QuotedPrintable {
    static let lineLimit = 76

    /// - Parameter text: with any line ends.
    /// - Returns: lines ended by CRLF.
    static func encode(_ text: String) -> String {
        let lines = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n").split(
            separator: "\n", omittingEmptySubsequences: false)
        return lines.map { encode(line: Array($0.utf8)) }.joined(separator: "\r\n") + "\r\n"
    }

    private static func encode(line bytes: [UInt8]) -> String {
        var result = ""
        var length = 0
        for (index, byte) in bytes.enumerated() {
            let isLast = index == bytes.count - 1
            var token = Self.token(for: byte, isLast: isLast, isFirst: length == 0)
            // Room is kept for the "=" of a soft line break, unless the line ends here.
            if length + token.utf8.count > lineLimit - (isLast ? 0 : 1) {
                result += "=\r\n"
                length = 0
                token = Self.token(for: byte, isLast: isLast, isFirst: true)
            }
            result += token
            length += token.utf8.count
        }
        return result
    }

    /// A space at a line's end would get lost, a dot at its start is special to SMTP, "From " to mailboxes.
    private static func token(for byte: UInt8, isLast: Bool, isFirst: Bool) -> String {
        let isSpace = byte == 0x20 || byte == 0x09
        let isSpecialAtStart = byte == UInt8(ascii: ".") || byte == UInt8(ascii: "F")
        let isLiteral = (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "=") || isSpace && !isLast
        if isLiteral, !(isFirst && isSpecialAtStart) { return String(UnicodeScalar(byte)) }
        let digits = String(byte, radix: 16, uppercase: true)
        return "=\(digits.utf8.count == 1 ? "0" : "")\(digits)"
    }
}
