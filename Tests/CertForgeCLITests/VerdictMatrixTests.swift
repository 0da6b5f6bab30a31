import Contracts
import Foundation
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
                "Figures of each target:  certforge jobs show 019b7d5e-0000-7000-8000-000000000000",
            ])
    }

    private func withFailures(_ explanations: [String], status: CertificationStatus) -> CertificationAnswer {
        var certification = CertificationAnswer.sample(
            "a.one", status: status, code: "GATE_FAILED", reason: "Not passed.")
        certification.figures = FiguresAnswer(
            coverage: .init(judged: 1, applicable: 1, total: 1), calls: 1, capabilities: [],
            topFailures: explanations.map { .init(test: "hello", outcome: "FAIL", explanation: $0) })
        return certification
    }

    @Test("What is not passed is told with why, also of what is certified, and where the answers are")
    func why() {
        for status in [CertificationStatus.failed, .certified] {
            let lines = VerdictMatrix(.sample([withFailures(["It stopped early.", "It said no."], status: status)]))
                .text
                .split(separator: "\n").map(String.init)
            let first = lines.firstIndex(
                of: "\(status.rawValue)  a.one in us-east-1: GATE_FAILED after 1 attempt. Not passed.")
            #expect(
                first.map { Array(lines[$0...].dropFirst().prefix(3)) } == [
                    "  FAIL hello: It stopped early.", "  FAIL hello: It said no.",
                    "  what was answered:  certforge tests 019b7d5e-0000-7000-8000-000000000001",
                ])
        }
    }

    @Test("Trouble, which is the same in most tests, is told once")
    func trouble() {
        let text = VerdictMatrix(.sample([withFailures(["Denied.", "Denied."], status: .unsupported)])).text
        #expect(text.split(separator: "Denied.", omittingEmptySubsequences: false).count == 2)
    }

    @Test("What waits says until when, and throttled attempts are not passed off as little patience")
    func waiting() throws {
        var certification = CertificationAnswer.sample(
            "a.one", status: .retrying, attempts: 0, rating: nil, badge: nil, code: "THROTTLED_RPM",
            reason: "Slow down.")
        certification.nextAttemptAt = "2026-01-01T01:00:00.000Z"
        certification.deferredUntil = "2026-01-01T02:00:00.000Z"
        certification.deferredBecause = "a limit"
        let now = try Date("2026-01-01T00:00:00Z", strategy: .iso8601)
        let text = VerdictMatrix(.sample([certification], status: .processing), now: now).text
        #expect(
            text.contains(
                "THROTTLED_RPM after 0 attempts (throttled ones were put off and are not counted). Slow down."))
        #expect(text.contains("\n  waits; goes on in 2 h (2026-01-01T02:00:00.000Z): a limit\n"))
        #expect(!text.contains("next attempt"))
        certification.deferredUntil = nil
        let retried = VerdictMatrix(.sample([certification], status: .processing), now: now).text
        #expect(retried.contains("\n  next attempt in 1 h (2026-01-01T01:00:00.000Z)\n"))
    }

    @Test("One model's targets, or those with something to do, can be shown alone")
    func filter() {
        let job = JobAnswer.sample([
            .sample("a.one"), .sample("b.two", status: .failed, code: "X"), .sample("c.three", code: "TESTS_FAILED"),
        ])
        let failed = VerdictMatrix(job, filter: .init(needsAttention: true)).text
        #expect(!failed.contains("a.one") && failed.contains("b.two") && failed.contains("c.three"))
        let one = VerdictMatrix(job, filter: .init(model: "a.one")).text
        #expect(one.contains("a.one") && !one.contains("b.two"))
    }

    @Test("What was left out for one reason is one line, however many targets it is")
    func skipped() {
        let skipped = (1...5).map { JobAnswer.Skipped(model: "m\($0)", region: "r", reason: "Not offered.") }
        let text = VerdictMatrix(.sample([.sample("a")], skipped: skipped)).text
        #expect(text.contains("\nskipped  m1 in r, m2 in r, m3 in r and 2 more: Not offered.\n"))
    }

    @Test("Figures follow each certification that has them, with what to do next")
    func figures() {
        var certification = CertificationAnswer.sample("a.one")
        certification.remedy = "Read the answers."
        certification.figures = FiguresAnswer(
            coverage: .init(judged: 5, applicable: 5, total: 5), calls: 7,
            capabilities: [.init(capability: "tools\u{1B}[2J", finding: "broken")], topFailures: [])
        let lines = VerdictMatrix(.sample([certification]), detail: .figures).text.split(separator: "\n")
            .map(String.init)
        #expect(lines.contains("a.one in us-east-1  certification 019b7d5e-0000-7000-8000-000000000001"))
        #expect(lines.contains("  tests: 5 of 5 tests judged"))
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
