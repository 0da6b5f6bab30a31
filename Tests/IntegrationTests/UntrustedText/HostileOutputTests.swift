import Certification
import Contracts
import Foundation
import Testing

@testable import CertForgeCLI
@testable import Notifier

/// What a hostile model says, on its way through everything that shows it to people. Needs no server.
@Suite("Hostile model output")
struct HostileOutputTests {
    /// Answers, or fails, with the same text in every place that a model or a provider fills.
    private struct HostileProvider: ModelProvider {
        var text: String
        var isFailing: Bool
        let id = ProviderID.bedrock

        func complete(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
            if isFailing {
                throw ProviderError(
                    category: .accessNotGranted, code: text, message: text, requestID: text, partialText: text)
            }
            return ModelAnswer(
                text: text, toolCalls: [ToolCall(id: text, name: text, arguments: text)], stopReason: .other(text),
                usage: nil,
                timing: CallTiming(connect: .zero, firstByte: .zero, firstChunk: nil, total: .zero, server: nil),
                chunks: [], messageStops: 0, orderFault: text, requestID: text, calledModel: text)
        }

        func stream(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
            try await complete(request, of: target)
        }
    }

    static let texts = [
        "a\u{0}b", "\u{1B}[2J\u{1B}]0;owned\u{7}", "\u{9B}31mred\u{9D}0;title\u{9C}", "\u{202E}gpj.exe\u{2066}",
        "a\rb\r\nBcc: x@y",
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'onmouseover='x", "<\u{338}b>",
        "]]><!ENTITY x>",
        "{{jobID}}{{{status}}}", "=HYPERLINK(\"http://x\")", "[click](javascript:alert(1))",
        "x\u{200B}\u{2060}\u{FEFF}y",
        "hid\u{E0041}\u{E0042}\u{E0100}den", "line\u{2028}para\u{2029}graph", String(repeating: "A", count: 2_000_000),
        "a" + String(repeating: "\u{0301}", count: 100_000), "{\"a\u{0}\":\"\u{1B}\"}", "'; DROP TABLE jobs; --",
    ]

    private static let graders: [Grader] = [
        .stopReason(in: [.endTurn]), .toolCall(name: "wanted"), .eventOrder, .toolCall(name: nil, arguments: .null),
        .jsonSchema(.object(["additionalProperties": .boolean(false)])), .exact(anyOf: ["wanted"]),
    ]

    private func verdict(_ text: String, isFailing: Bool, grader: Grader) async throws -> (TestResult, Verdict) {
        let test = SuiteTest(
            id: "gate", name: "Gate", dimension: .liveness, isGate: true,
            calls: [
                TestCall(
                    request: ModelRequest(messages: [ModelMessage(role: .user, text: "Hello")], maxTokens: 16),
                    expectation: .answer(GraderGroup(.all, [grader])))
            ], timeoutSeconds: 30)
        let suite = Certification.Suite(id: "hostile", version: 1, tests: [test])
        let target = Target(provider: .bedrock, model: "m", region: "us-east-1", profile: .inRegion)
        let executor = TestExecutor(provider: HostileProvider(text: text, isFailing: isFailing))
        let result = await executor.run(test, on: target, attempt: 1)
        let history = TestHistory(suite: suite, results: [result])
        return (result, try Judge.bundled().verdict(on: history, at: Date(timeIntervalSince1970: 1_800_000_000)))
    }

    @Test("It is neutral and short in results, verdicts, mails and the terminal", arguments: texts)
    func everywhere(text: String) async throws {
        for grader in Self.graders {
            let (result, verdict) = try await verdict(text, isFailing: false, grader: grader)
            try checkStored(result, verdict)
        }
        let (result, verdict) = try await verdict(text, isFailing: true, grader: .nonEmpty)
        try checkStored(result, verdict)
        try checkMail(verdict)
        checkTerminal(verdict)
    }

    private func checkStored(_ result: TestResult, _ verdict: Verdict) throws {
        let stored = try JSONEncoder().encode(result) + JSONEncoder().encode(verdict)
        #expect(stored.count < 12_000)
        #expect(!String(decoding: stored, as: UTF8.self).contains("\\u0000"))
        let lines =
            [result.explanation, result.error?.code, result.error?.message, verdict.reason, verdict.remedy]
            + result.requestIDs + [result.calledModel] + verdict.topFailures.map(\.explanation)
        for line in lines.compactMap(\.self) { #expect(isNeutral(line, allowing: []), "\(line.debugDescription)") }
        if let excerpt = result.excerpt { #expect(isNeutral(excerpt, allowing: ["\n", "\t"])) }
    }

    private func checkMail(_ verdict: Verdict) throws {
        let target = Target(provider: .bedrock, model: "m", region: "us-east-1", profile: .inRegion)
        let summary = CertificationSummary(
            certificationID: CertificationID(), target: target, modelName: "m", status: verdict.status,
            rating: verdict.rating, badge: verdict.badge, reasonCode: verdict.reasonCode, reason: verdict.reason,
            remedy: verdict.remedy, attempts: 1, certifiedUntil: nil)
        let job = JobFinished(
            jobID: JobID(), status: .completed, suite: "hostile", requestedBy: "ada", notify: ["bob@example.org"],
            requestedAt: verdict.judgedAt, finishedAt: verdict.judgedAt, counts: [verdict.status.rawValue: 1],
            certifications: [summary], skipped: [])
        let composer = try MailComposer(
            from: try #require(MailAddress("CertForge <certforge@example.org>")),
            publicURL: "https://certforge.example.org")
        let id = NotificationID(job: job.jobID, recipient: "bob@example.org")
        let mail = composer.message(
            for: ClaimedNotification(
                id: id, fence: 1, attempt: 1, recipient: "bob@example.org", mailMessageID: "<\(id)@example.org>",
                subject: .jobFinished(job), trace: nil, createdAt: verdict.judgedAt))
        for form in [mail.text, mail.html] { #expect(isNeutral(form, allowing: ["\n"])) }
        for markup in ["<script", "<img", "'onmouseover", "<!ENTITY"] { #expect(!mail.html.contains(markup)) }
        #expect(!String(decoding: mail.encoded(), as: UTF8.self).contains("\nBcc"))
    }

    private func checkTerminal(_ verdict: Verdict) {
        let answer = CertificationAnswer(
            id: "1", model: "m", region: "us-east-1", status: verdict.status, attempts: 1, rating: verdict.rating,
            badge: verdict.badge, reasonCode: verdict.reasonCode, reason: verdict.reason, remedy: verdict.remedy)
        let job = JobAnswer(
            id: "1", status: .completed, suite: "hostile", lane: .normal, requestedBy: "ada", targetCount: 1,
            finishedCount: 1, counts: [:], skipped: [], createdAt: "", certifications: [answer], targets: nil)
        #expect(isNeutral(VerdictMatrix(job).text, allowing: ["\n"]))
    }

    private func isNeutral(_ text: String, allowing allowed: Set<Unicode.Scalar>) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate: allowed.contains(scalar)
            case .format: scalar == "\u{200D}"
            default: true
            }
        }
    }
}
