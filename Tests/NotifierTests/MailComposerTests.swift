import Contracts
import Foundation
import Testing

@testable import Notifier

@Suite("The mail about a finished job")
struct MailComposerTests {
    private let trace = TraceContext()

    private func mail(_ report: JobFinished, recipient: String = "bob@example.org") throws -> MailMessage {
        let from = try #require(MailAddress("CertForge <certforge@example.org>"))
        let id = NotificationID(job: report.jobID, recipient: recipient)
        return try MailComposer(from: from, publicURL: "https://certforge.example.org").message(
            for: ClaimedNotification(
                id: id, fence: 1, attempt: 1, recipient: recipient, mailMessageID: "<\(id)@example.org>",
                subject: .jobFinished(report),
                trace: trace, createdAt: SampleReport.finishedAt))
    }

    @Test("The subject counts the certified and names the job")
    func subject() throws {
        let job = SampleReport.mixed
        #expect(
            try mail(job).subject
                == "[CertForge] 2 of 4 targets certified, 1 with a quality warning (job \(job.jobID))")
        #expect(
            try mail(SampleReport.job([], status: .cancelled)).subject.hasPrefix(
                "[CertForge] Cancelled: 0 of 0 targets"))
    }

    @Test("The text form says everything in 80 columns")
    func text() throws {
        let job = SampleReport.mixed
        let text = try mail(job).text
        let lines = text.components(separatedBy: "\n")
        for expected in [
            "CertForge: 2 of 4 targets certified, 1 with a quality warning",
            "Status     PARTIAL (some targets could not be judged)",
            "Requested  2026-02-02 02:37 UTC by alice", "Finished   2026-02-02 02:40 UTC, after 2 min 3 s",
            "Details    certforge jobs show \(job.jobID)",
            "API        https://certforge.example.org/api/v1/certifications/jobs/\(job.jobID) (with a token)",
            "  CERTIFIED         2", "NEEDS ATTENTION", "INCONCLUSIVE, 1",
            "  Reason: Access to the model is not granted in this account. (REASON_CODE)",
            "  - meta.llama3-8b-instruct-v1:0: eu-west-1", "QUALITY_WARNING, 1",
            "  - meta.llama3-8b-instruct-v1:0: us-east-1 (3.1 FUNCTIONAL)", "CERTIFIED until 2026-02-09",
            "  4.8 PREMIUM     anthropic.claude-3-haiku-20240307-v1:0: eu-west-1, us-east-1", "NOT TESTED",
            "  not offered there", "  - amazon.nova-pro-v1:0: eu-west-1",
        ] {
            #expect(lines.contains(expected), "\(expected)")
        }
        #expect(text.contains("Next:   Ask the account's administrator"))
        #expect(lines.allSatisfy { $0.count <= 80 || $0.contains("https://") })
        #expect(!text.contains("{{") && !text.contains("&#39;"))
    }

    @Test("The HTML form has a table of models and regions with coloured cells")
    func html() throws {
        let html = try mail(SampleReport.mixed).html
        #expect(html.contains(#"<th scope="col" style="text-align:left;padding:3px 8px">eu-west-1</th>"#))
        #expect(html.contains(">Claude 3 Haiku <span"))
        #expect(html.contains("background:#e2f3e6\"><div style=\"color:#146c2e\">CERTIFIED 4.8 PREMIUM</div>"))
        #expect(html.contains("background:#fdf0cf\"><div style=\"color:#7a4f00\">QUALITY_WARNING 3.1 FUNCTIONAL</div>"))
        #expect(html.contains("Certificates hold until 2026-02-09."))
        #expect(html.contains("Next: Ask the account&#39;s administrator"))
        #expect(html.contains("Two tests failed. (REASON_CODE)"))
        #expect(!html.contains("{{"))
    }

    @Test("A large job's mail is compact: one entry per cause, one line per model")
    func large() throws {
        let targets = (0..<55).flatMap { number in
            ["eu-west-1", "us-east-1"].map { region in
                number < 30
                    ? SampleReport.certification("vendor.model-\(number)", region, .unsupported, reason: "No access.")
                    : SampleReport.certification(
                        "vendor.model-\(number)", region, .certified, rating: 4.5, badge: .recommended)
            }
        }
        let mail = try mail(SampleReport.job(targets))
        let lines = mail.text.components(separatedBy: "\n")
        #expect(lines.count < 80)
        #expect(lines.filter { $0.contains("No access.") }.count == 1)
        #expect(lines.contains("UNSUPPORTED, 60"))
        #expect(lines.contains("  - and 5 more models"))
        #expect(lines.filter { $0.contains("4.5 RECOMMENDED") }.count == 25)
        #expect(mail.html.matches(of: /No access\./).count == 1)
        #expect(mail.html.contains("and 5 more models"))
        #expect(mail.html.matches(of: /<tr style="border-top:1px solid #dddddd">/).count == 55)
    }

    private func failed(
        _ model: String, _ explanation: String, _ status: CertificationStatus = .failed
    ) -> CertificationSummary {
        var summary = SampleReport.certification(
            model, "r", status, rating: 2, badge: .limited, reason: "A gate was not passed.",
            remedy: "Read the answers.")
        summary.failures = [TestFailure(test: "hello", outcome: "FAIL", explanation: explanation)]
        return summary
    }

    @Test("Targets that failed for different causes are told apart, each with why and where its answers are")
    func why() throws {
        let targets = [
            failed("a", "It said nothing."), failed("b", "It stopped early."), failed("c", "It said nothing."),
        ]
        let mail = try mail(SampleReport.job(targets))
        #expect(
            mail.text.contains(
                """

                FAILED, 2
                  Reason: A gate was not passed. (REASON_CODE)
                  Why:    hello: It said nothing.
                  Next:   Read the answers.
                  Answers: certforge tests \(targets[0].certificationID)
                  - a: r (2.0 LIMITED)
                  - c: r (2.0 LIMITED)

                FAILED, 1
                  Reason: A gate was not passed. (REASON_CODE)
                  Why:    hello: It stopped early.

                """))
        #expect(mail.html.contains("<div>hello: It stopped early.</div><div>Next: Read the answers.</div>"))
        #expect(mail.html.contains("certforge tests \(targets[1].certificationID)</span>"))
    }

    @Test("Many ways to fail for one reason are told of together")
    func manyWays() throws {
        let text = try mail(SampleReport.job((1...30).map { failed("m\($0)", "Way \($0).") })).text
        #expect(text.contains("\nFAILED, 30\n"))
        #expect(text.components(separatedBy: "\n  Why: ").count == 6)
    }

    @Test("Trouble is told by its reason alone")
    func trouble() throws {
        let text = try mail(SampleReport.job([failed("a", "Denied.", .inconclusive)])).text
        #expect(!text.contains("Why:") && !text.contains("Answers:"))
    }

    @Test("What is certified although a test was not passed is listed with why, and stays certified")
    func remarks() throws {
        let mail = try mail(
            SampleReport.job([failed("a", "It came at once.", .certified)], status: .completed))
        #expect(mail.text.contains("\nCERTIFIED, BUT NOT IN EVERYTHING\n\nCERTIFIED, 1\n  Reason: A gate"))
        #expect(mail.text.contains("  Why:    hello: It came at once.\n"))
        #expect(mail.text.contains("\nCERTIFIED until 2026-02-09\n"))
        #expect(!mail.text.contains("NEEDS ATTENTION"))
        #expect(mail.subject.contains("1 of 1 target certified (job"))
        #expect(mail.html.contains("Certified, but not in everything") && mail.html.contains("It came at once."))
    }

    @Test("Two kinds of profile in one region are told apart")
    func profiles() throws {
        let targets = [InferenceProfileKind.geographic, .global].map {
            SampleReport.certification("m", "r", .certified, rating: 4, badge: .recommended, profile: $0)
        }
        let mail = try mail(SampleReport.job(targets))
        #expect(mail.text.contains("m: r (geographic), r (global)"))
        #expect(mail.html.contains("CERTIFIED 4.0 RECOMMENDED <small>r (global)</small>"))
    }

    @Test("The worst comes first, and each cause has what to do about it")
    func order() throws {
        let job = SampleReport.job([
            SampleReport.certification("a", "r", .cancelled),
            SampleReport.certification("b", "r", .inconclusive, reason: "why b", remedy: "do b"),
            SampleReport.certification("c", "r", .unsupported, reason: "why c"),
            SampleReport.certification("d", "r", .qualityWarning, reason: "why d"),
            SampleReport.certification("e", "r", .failed, reason: "why e1"),
            SampleReport.certification("f", "r", .failed, reason: "why e2"),
        ])
        let text = try mail(job).text
        let titles = text.components(separatedBy: "\n").filter { $0.hasSuffix(", 1") }
        #expect(
            titles == [
                "FAILED, 1", "FAILED, 1", "QUALITY_WARNING, 1", "UNSUPPORTED, 1", "INCONCLUSIVE, 1", "CANCELLED, 1",
            ])
        #expect(text.contains("  Next:   do b\n  - b: r\n"))
    }

    @Test(
        "Every text from outside is neutralised in both forms and in the headers",
        arguments: [
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'onmouseover='x", "\u{1b}]0;owned\u{07}",
            "a\r\nBcc: evil@example.org",
            "{{jobID}}", "<\u{338}b>", "\u{202e}gpj.exe",
        ])
    func untrusted(text: String) throws {
        var target = SampleReport.certification(
            text, text, .failed, rating: .infinity, name: text, reason: text, remedy: text)
        target.reasonCode = text
        target.failures = [TestFailure(test: TestID(text), outcome: text, explanation: text)]
        var job = SampleReport.job(
            [target], requestedBy: text,
            skipped: [SkippedTarget(model: ModelID(text), region: Region(text), reason: text)])
        job.suite = SuiteID(text)
        job.counts[text] = 1
        let mail = try mail(job)
        let markup = mail.html.matches(of: /<\/?([a-zA-Z!]+)/).map { String($0.output.1).lowercased() }
        let allowed: Set = [
            "!doctype", "html", "head", "meta", "title", "body", "h", "table", "tr", "th", "td", "a", "strong", "small",
            "br", "div", "p", "span",
        ]
        #expect(Set(markup).isSubset(of: allowed))
        #expect(!mail.html.contains("<img") && !mail.html.contains("'onmouseover"))
        for form in [mail.text, mail.html] {
            #expect(
                form.unicodeScalars.allSatisfy {
                    $0 == "\n" || ![.control, .format].contains($0.properties.generalCategory)
                })
            #expect(!form.contains("\nBcc"))
        }
        let encoded = String(decoding: mail.encoded(), as: UTF8.self)
        let headers = try #require(encoded.components(separatedBy: "\r\n\r\n").first)
        #expect(!headers.lowercased().contains("bcc:"))
    }

    @Test("Targets beyond those listed are counted")
    func unlisted() throws {
        let job = SampleReport.job([SampleReport.certification("m", "r", .certified)], unlisted: 41)
        #expect(try mail(job).text.contains("\n41 more targets are not listed here"))
        #expect(try mail(job).html.contains("<p>41 more targets"))
    }

    @Test("A job without trouble has no section for it")
    func spotless() throws {
        let text = try mail(SampleReport.job([SampleReport.certification("m", "r", .certified)], status: .completed))
            .text
        #expect(!text.contains("NEEDS ATTENTION"))
        #expect(!text.contains("NOT TESTED"))
        #expect(text.contains("1 of 1 target certified"))
    }

    @Test("The message has each header once, CRLF line ends, and lines that every mail server takes")
    func message() throws {
        let job = SampleReport.mixed
        let message = try mail(job)
        let encoded = String(decoding: message.encoded(), as: UTF8.self)
        let lines = encoded.components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && !$0.contains("\n") && !$0.contains("\r") })
        let headers = lines.prefix { !$0.isEmpty }.filter { !$0.hasPrefix(" ") }
        let names = headers.compactMap { $0.split(separator: ":").first }.map(String.init)
        #expect(
            names == [
                "Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Auto-Submitted", "X-CertForge-Job-Id",
                "X-CertForge-Trace-Id", "Content-Type",
            ])
        #expect(headers.contains("Date: Mon, 02 Feb 2026 02:40:00 +0000"))
        #expect(headers.contains("From: CertForge <certforge@example.org>"))
        #expect(headers.contains("Auto-Submitted: auto-generated"))
        let text = try #require(encoded.range(of: "Content-Type: text/plain; charset=utf-8"))
        let html = try #require(encoded.range(of: "Content-Type: text/html; charset=utf-8"))
        #expect(text.lowerBound < html.lowerBound)
        #expect(encoded.hasSuffix("--\r\n"))
        #expect(try mail(job).encoded() == message.encoded())
    }
}
