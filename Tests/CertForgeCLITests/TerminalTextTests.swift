import Testing

@testable import CertForgeCLI

@Suite("Text for a terminal")
struct TerminalTextTests {
    @Test(
        "Controls and turns of direction are dropped, everything that is read stays",
        arguments: [
            ("plain", "plain"), ("a\u{1B}[31mb", "a[31mb"), ("a\u{0}\u{8}\u{9B}b", "ab"),
            ("\u{202E}abc\u{2066}", "abc"), ("zwj\u{200D}x", "zwjx"), ("a\u{2028}b\u{2029}", "ab"),
            ("äöü – 漢字 ✓ é", "äöü – 漢字 ✓ é"), ("e\u{301}", "e\u{301}"), ("", ""),
        ])
    func terminalSafe(_ text: String, _ expected: String) {
        #expect(text.terminalSafe == expected)
    }

    @Test(
        "Padding fills up to the width and never cuts",
        arguments: [("ab", 4, "ab  "), ("abcd", 2, "abcd"), ("ü", 2, "ü ")])
    func padding(_ text: String, _ width: Int, _ expected: String) {
        #expect(text.padding(to: width) == expected)
    }

    @Test("One is singular", arguments: [(0, "0 targets"), (1, "1 target"), (2, "2 targets")])
    func counted(_ count: Int, _ expected: String) {
        #expect(count.counted("target") == expected)
    }
}
