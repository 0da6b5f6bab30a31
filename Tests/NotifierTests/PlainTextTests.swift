import Testing

@testable import Notifier

@Suite("Untrusted text")
struct PlainTextTests {
    @Test(
        "What could break a line, drive a terminal or reorder text is neutralised",
        arguments: [
            ("a\r\nb\tc\nd", "a  b c d"), ("\u{1b}[31mred", "\u{FFFD}[31mred"), ("a\u{0}b", "a\u{FFFD}b"),
            ("a\u{202e}b", "a\u{FFFD}b"), ("a\u{200b}b", "a\u{FFFD}b"), ("a\u{2028}b\u{2029}", "a b "),
            ("a\u{85}b", "a\u{FFFD}b"), ("<\u{338}script>", "<\u{FFFD}script>"), ("\u{301}x", "\u{FFFD}x"),
            ("Übermäßig é e\u{301} 日本 🎉", "Übermäßig é e\u{301} 日本 🎉"), ("", ""),
        ])
    func line(text: String, expected: String) {
        #expect(PlainText.line(text) == expected)
    }

    @Test("Long text is cut with a sign that it was")
    func limit() {
        #expect(PlainText.line("abcdef", limit: 4) == "abc…")
        #expect(PlainText.line("abcd", limit: 4) == "abcd")
    }

    @Test("Lines break at spaces, and a long word keeps a line of its own")
    func wrapping() {
        #expect(LineWrapping.lines("aa bb ccc dddddddd e", width: 6) == ["aa bb", "ccc", "dddddddd", "e"])
        #expect(LineWrapping.lines("  ", width: 6) == [])
    }
}
