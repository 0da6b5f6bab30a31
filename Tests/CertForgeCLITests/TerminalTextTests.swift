import Certification
import Foundation
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
        "In JSON they are escaped, and its own line breaks stay",
        arguments: [
            (#"{"a":"ü✓\n"}"#, #"{"a":"ü✓\n"}"#), ("{\n\t\"a\": 1\r\n}", "{\n\t\"a\": 1\r\n}"),
            ("\"\u{9B}31m\u{7F}\"", #""\u009b31m\u007f""#), ("\"\u{202E}a\u{2066}\"", #""\u202ea\u2066""#),
            ("\"\u{2028}\"", #""\u2028""#), ("\"\u{E0041}\"", #""\udb40\udc41""#), ("\u{1B}[2J", #"\u001b[2J"#),
        ])
    func terminalSafeJSON(_ json: String, _ expected: String) {
        #expect(json.terminalSafeJSON == expected)
    }

    @Test("What a model said is JSON that does not steer a terminal, and still says it")
    func callReport() throws {
        let text = "a\u{9B}31m\u{202E}b\u{1B}"
        let error = ProviderError(category: .unknown, code: "", message: text)
        let json = try CallReport(error, model: "a.one").json()
        #expect(json.terminalSafe == json)
        struct Shown: Decodable {
            struct Failure: Decodable { var message: String }
            var error: Failure
        }
        #expect(try JSONDecoder().decode(Shown.self, from: Data(json.utf8)).error.message == text)
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
