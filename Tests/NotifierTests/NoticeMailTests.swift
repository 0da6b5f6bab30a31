import Contracts
import Foundation
import Testing

@testable import Notifier

@Suite("The mails about what is noticed later")
struct NoticeMailTests {
    private let now = Date(timeIntervalSince1970: 1_770_000_000)
    private let target = Target(
        provider: .bedrock, model: "vendor.model-v1:0", region: "eu-west-1", profile: .inRegion)

    private func mail(_ event: NotifiedEvent) throws -> MailMessage {
        let from = try #require(MailAddress("CertForge <certforge@example.org>"))
        let id = NotificationID(notice: NoticeID(of: event), recipient: "bob@example.org")
        return try MailComposer(from: from, publicURL: "https://certforge.example.org").message(
            for: ClaimedNotification(
                id: id, fence: 1, attempt: 1, recipient: "bob@example.org", mailMessageID: "<\(id)@example.org>",
                subject: event, trace: nil, createdAt: now))
    }

    private func drift(test: String = "memory") -> CertificateDrifted {
        CertificateDrifted(
            jobID: JobID(), target: target, modelName: "Model <b>bold</b>", suite: .base, change: .regression,
            before: .init(certificationID: CertificationID(), status: .certified, rating: 4.9, finishedAt: now),
            after: .init(certificationID: CertificationID(), status: .failed, rating: 1.2, finishedAt: now),
            findings: ["The status went from CERTIFIED to FAILED."],
            flips: [.init(test: test, before: .pass, after: .noAnswer)], notify: ["bob@example.org"])
    }

    private func expiring(renewal: CertificateExpiring.Renewal?) -> CertificateExpiring {
        CertificateExpiring(
            jobID: JobID(), suite: .base, noticeSeconds: 86_400,
            certificates: [
                .init(
                    certificationID: CertificationID(), target: target, modelName: "Model", status: .certified,
                    rating: 4.9, expiresAt: now, renewal: renewal)
            ], noticedAt: now, notify: ["bob@example.org"])
    }

    @Test("A mail of drift has both verdicts, what changed and the flipped tests")
    func drifted() throws {
        let drift = drift()
        let mail = try mail(.drifted(drift))
        #expect(mail.subject == "[CertForge] Worse than before: vendor.model-v1:0 in eu-west-1")
        for expected in [
            "Before     CERTIFIED 4.9, 2026-02-02 02:40 UTC", "Now        FAILED 1.2, 2026-02-02 02:40 UTC",
            "  - The status went from CERTIFIED to FAILED.", "  - memory: PASS before, NO_ANSWER now",
            "Details    https://certforge.example.org/api/v1/certifications/\(drift.after.certificationID)/comparison",
        ] {
            #expect(mail.text.components(separatedBy: "\n").contains(expected), "\(expected)")
        }
        #expect(mail.html.contains("<li>memory: PASS before, NO_ANSWER now</li>"))
        #expect(mail.extraHeaders.contains { $0.name == "X-CertForge-Notice" && $0.value == "certificate.drifted" })
    }

    @Test("What models and people wrote is harmless in both forms")
    func untrusted() throws {
        let mail = try mail(.drifted(drift(test: "a\u{1B}[31m<script>\r\nX: y")))
        #expect(!mail.html.contains("<script>") && !mail.html.contains("<b>bold"))
        #expect(mail.html.contains("&lt;script&gt;"))
        #expect(!mail.text.contains("\u{1B}") && !mail.text.contains("\nX: y"))
    }

    @Test("A notice of expiry says what to do, and when a schedule does it anyway")
    func expiry() throws {
        let open = try mail(.expiring(expiring(renewal: nil)))
        #expect(open.subject == "[CertForge] A certificate ends from 2026-02-02 02:40 UTC on")
        #expect(open.text.contains("Nothing renews these:") && open.text.contains("\"force\""))
        let renewed = try mail(.expiring(expiring(renewal: .init(schedule: "nightly", due: now))))
        #expect(renewed.text.contains("A schedule renews these in time:"))
        let words = renewed.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("'nightly' runs at 2026-02-02 02:40 UTC"))
        #expect(!renewed.text.contains("Nothing renews these") && renewed.text.contains("Nothing has to be done"))
    }

    @Test(
        "A mail of a revocation says why, and what to do",
        arguments: [
            (RevocationCause.modelEndOfLife, "Move to a model"), (.byOperator, "rely on the certificate any more"),
            (.drifted, "rely on the certificate any more"), (.rubricChange, "Nothing speaks against the model"),
        ])
    func revoked(cause: RevocationCause, advice: String) throws {
        let mail = try mail(
            .revoked(
                CertificateRevoked(
                    jobID: JobID(), certificateID: CertificateID(), certificationID: CertificationID(), target: target,
                    cause: cause, reason: "The model has reached its end of life.", revokedBy: "certforge",
                    revokedAt: now, expiresAt: now)))
        #expect(mail.subject == "[CertForge] Certificate revoked: vendor.model-v1:0 in eu-west-1")
        #expect(mail.text.contains("The model has reached its end of life.") && mail.text.contains(advice))
    }

    @Test("The same notice in another message is the same notification")
    func identity() {
        let drift = drift()
        #expect(NoticeID(of: .drifted(drift)) == NoticeID(of: .drifted(drift)))
        #expect(NoticeID(of: .drifted(drift)) != NoticeID(of: .drifted(self.drift())))
    }

    @Test("An event is decoded as what its type names", arguments: NotifiedEvent.typeNames)
    func decoding(typeName: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "contracts/examples/\(typeName).json")
        let event = try NotifiedEvent.decode(try Data(contentsOf: file), typeName: typeName)
        #expect(event.type.name == typeName)
    }
}
