import Foundation
import Testing

@testable import CertForgeCLI

@Suite("What each test of a certification came to")
struct TestsReportTests {
    private func detail(_ tests: String) throws -> CertificationDetailAnswer {
        try JSONDecoder().decode(
            CertificationDetailAnswer.self,
            from: Data(
                """
                {"id": "c1", "model": "a.one", "region": "us-east-1", "status": "FAILED", "rating": 1.5,
                 "badge": "NOT_RECOMMENDED", "reasonCode": "GATE_FAILED", "reason": "A gate.", "remedy": "Read it.",
                 "runs": [{"attempt": 2, "suite": "base", "suiteVersion": 2, "rubricVersion": 2,
                           "coverage": {"judged": 2, "applicable": 2, "total": 3, "reported": 1}}],
                 "tests": [\(tests)]}
                """.utf8))
    }

    private func test(
        _ id: String, _ outcome: String, attempt: Int = 1, excerpt: String = "", explanation: String = "Because."
    ) throws -> String {
        let texts = try [excerpt, explanation].map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        return """
            {"test": "\(id)", "outcome": "\(outcome)", "explanation": \(texts[1]), "attempt": \(attempt),
             "latencyMs": 12.4, "calls": 1, "excerpt": \(texts[0]), "providerRequestIds": ["r-1"]}
            """
    }

    @Test("Those that did not pass are told with the reason and the answer, line by line")
    func notPassed() throws {
        let tests = try [
            test("hello", "FAIL", excerpt: "I am\nnot sure."), test("good", "PASS"), test("image", "SKIPPED"),
        ]
        let text = TestsReport(try detail(tests.joined(separator: ",")), .notPassed).text
        #expect(
            text.components(separatedBy: "\n") == [
                "FAILED  a.one in us-east-1  1.5  NOT_RECOMMENDED",
                "suite base v2, rubric 2, attempt 2; 2 of 4 tests judged (1 skipped, 1 only reported)",
                "GATE_FAILED: A gate.", "next: Read it.", "",
                "FAIL  hello  (attempt 1, 1 call, 12 ms)", "  Because.", "  answer:", "  │ I am", "  │ not sure.",
                "  provider's request ids: r-1", "", "1 FAIL · 1 PASS · 1 SKIPPED",
                "All tests:          certforge tests c1 --all", "The whole answers:  certforge evidence c1 --text",
            ])
    }

    @Test("All are shown, or one")
    func selection() throws {
        let detail = try detail([test("hello", "FAIL"), test("good", "PASS")].joined(separator: ","))
        let all = TestsReport(detail, .all).text
        #expect(all.contains("FAIL  hello") && all.contains("PASS  good"))
        let one = TestsReport(detail, .one("good")).text
        #expect(!one.contains("FAIL  hello") && one.contains("PASS  good"))
    }

    @Test("Of several tries the one counts that no trouble ended")
    func tries() throws {
        let tests = try [
            test("a", "ERROR"), test("a", "FAIL", attempt: 2), test("b", "ERROR"), test("b", "ERROR", attempt: 2),
        ]
        let text = TestsReport(try detail(tests.joined(separator: ",")), .notPassed).text
        #expect(text.contains("FAIL  a  (attempt 2") && text.contains("ERROR  b  (attempt 2"))
        #expect(text.contains("1 ERROR · 1 FAIL"))
    }

    @Test("A long answer is cut, and nothing in it steers the terminal")
    func hostile() throws {
        let long = Array(repeating: "x\u{1B}[2J\u{202E}", count: 40).joined(separator: "\n")
        let text = TestsReport(
            try detail(test("hello", "FAIL", excerpt: long, explanation: "a\u{9B}31m\r\nb")), .notPassed
        ).text
        #expect(text.split(separator: "\n").count { $0.hasPrefix("  │ x[2J") } == 12)
        #expect(text.contains("\n  │ …\n"))
        #expect(!text.unicodeScalars.contains { ["\u{1B}", "\u{9B}", "\u{202E}", "\r"].contains($0) })
    }
}
