import Contracts
import Testing

@testable import CertForgeCLI

@Suite("The matrix of verdicts")
struct VerdictMatrixTests {
    @Test("Models are rows, regions are columns, and the reasons of what is not certified follow")
    func table() {
        let job = JobAnswer.sample(
            [
                .sample(
                    "b.two", status: .failed, rating: 1.5, badge: .notRecommended, code: "LOW_SCORE", reason: "Half."),
                .sample("a.one", "eu-west-1"),
                .sample("a.one", status: .inconclusive, attempts: 3, rating: nil, badge: nil, code: "NETWORK"),
            ],
            status: .partial, counts: ["FAILED": 1, "CERTIFIED": 1, "INCONCLUSIVE": 1],
            skipped: [.init(model: "c.three", region: "us-east-1", reason: "No profile.")])
        #expect(
            VerdictMatrix(job).text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) == [
                "",
                "model  eu-west-1                 us-east-1               ",
                String(repeating: "─", count: 57),
                "a.one  ✓ 4.5 PREMIUM             ? INCONCLUSIVE          ",
                "b.two  –                         ✗ 1.5 NOT_RECOMMENDED   ",
                "",
                "FAILED  b.two in us-east-1: LOW_SCORE after 1 attempt. Half.",
                "INCONCLUSIVE  a.one in us-east-1: NETWORK after 3 attempts. ",
                "skipped  c.three in us-east-1: No profile.",
                "",
                "Job 019b7d5e-0000-7000-8000-000000000000 PARTIAL: 3 targets: 1 CERTIFIED, 1 FAILED, 1 INCONCLUSIVE",
            ])
    }

    @Test("Figures follow each certification that has them, with what to do next")
    func figures() {
        var certification = CertificationAnswer.sample("a.one")
        certification.remedy = "Read the answers."
        certification.figures = FiguresAnswer(
            coverage: .init(judged: 5, applicable: 5, total: 5), calls: 7,
            capabilities: [.init(capability: "tools\u{1B}[2J", finding: "broken")], topFailures: [])
        let lines = VerdictMatrix(.sample([certification])).text.split(separator: "\n").map(String.init)
        #expect(lines.contains("a.one in us-east-1  certification 019b7d5e-0000-7000-8000-000000000001"))
        #expect(lines.contains("  tests: 5 of 5 applicable tests judged"))
        #expect(lines.contains { $0.hasPrefix("  capabilities: broken though declared: tools") })
        #expect(lines.contains("  next: Read the answers."))
        #expect(!lines.joined().contains("\u{1B}"))
    }

    @Test("Every status has a mark of its own", arguments: CertificationStatus.allCases)
    func marks(_ status: CertificationStatus) {
        let text = VerdictMatrix(.sample([.sample("a", status: status, rating: nil, badge: nil)])).text
        #expect(text.contains(status.rawValue))
    }

    @Test("A rating of 0 is shown as its status, not as a grade")
    func unrated() {
        let text = VerdictMatrix(.sample([.sample("a", status: .unsupported, rating: 0, badge: .unavailable)])).text
        #expect(text.contains("∅ UNSUPPORTED") && !text.contains("UNAVAILABLE"))
    }

    @Test(
        "Nothing that a model, a provider or the gateway wrote steers the terminal",
        arguments: ["\u{1B}[2J", "\u{9B}31m", "\r", "\n", "\u{7}", "\u{202E}", "\u{2028}", "\u{7F}"])
    func terminalSafety(_ evil: String) {
        let certification = CertificationAnswer.sample(
            "a\(evil)b", "r\(evil)s", status: .failed, code: "C\(evil)D", reason: "x\(evil)y")
        let job = JobAnswer.sample(
            [certification], counts: ["F\(evil)": 1],
            skipped: [.init(model: "m\(evil)", region: "n", reason: "o\(evil)p")])
        let text = VerdictMatrix(job).text
        let calm = VerdictMatrix(.sample([.sample("ab")])).text
        #expect(!text.split(separator: "\n").joined().unicodeScalars.contains { evil.unicodeScalars.first == $0 })
        #expect(text.count { $0 == "\n" } == calm.count { $0 == "\n" } + 3)
    }
}
