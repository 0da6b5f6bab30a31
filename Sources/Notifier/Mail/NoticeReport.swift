import Contracts
import Foundation

/// What the templates of a notice's mail see. Every text in it is made harmless; escaping for HTML is the template's work.
struct NoticeReport: Sendable {
    struct Fact: Sendable {
        var name: String
        var value: String
        /// Both, aligned for the text form.
        var line: String

        init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
            line = LineWrapping.padded(name, to: 11) + value
        }
    }

    struct Section: Sendable {
        var title: String
        var items: [String]
        /// The text form.
        var lines: [String]

        init(_ title: String, _ items: [String]) {
            self.title = title
            self.items = items
            lines = items.flatMap { LineWrapping.lines($0, width: 78, first: "  - ") }
        }
    }

    /// At most this many items of a section are listed.
    private static let listLimit = 50

    let subject: String
    let headline: String
    let facts: [Fact]
    let sections: [Section]
    /// What to do, in sentences.
    let next: String
    let nextLines: [String]
    /// What shows more of it.
    let command: String
    let link: String

    private init(
        headline: String, job: JobID, facts: [Fact], sections: [Section], next: String, command: String,
        link: String
    ) {
        self.headline = headline
        subject = "[CertForge] \(headline)"
        self.facts = facts + [Fact("Job", "\(job)")]
        self.sections = sections.filter { !$0.items.isEmpty }
        self.next = next
        nextLines = LineWrapping.lines(next, width: 80)
        self.command = command
        self.link = link
    }

    init(_ drift: CertificateDrifted, publicURL: String) {
        let target = Self.words(drift.target)
        let isWorse = drift.change == .regression
        let flips = drift.flips.map {
            "\(PlainText.line($0.test, limit: 100)): \($0.before.rawValue) before, \($0.after.rawValue) now"
        }
        self.init(
            headline: "\(isWorse ? "Worse than before" : "Better than before"): \(target)", job: drift.jobID,
            facts: [
                Fact("Model", PlainText.line(drift.modelName, limit: 100)), Fact("Target", target),
                Fact("Suite", PlainText.line(drift.suite.rawValue, limit: 100)),
                Fact("Before", Self.words(drift.before)), Fact("Now", Self.words(drift.after)),
            ],
            sections: [
                Section("What changed", drift.findings.map { PlainText.line($0, limit: 500) }),
                Section("Tests that came to something else", Self.cut(flips)),
            ],
            next: isWorse
                ? """
                Look at the tests above before you rely on the model here again. The change is larger than chance \
                explains; certify again with "force" to see whether it stays.
                """
                : "Nothing has to be done: the change is larger than chance explains, and for the better.",
            command: "certforge compare \(drift.after.certificationID)",
            link: "\(publicURL)/api/v1/certifications/\(drift.after.certificationID)/comparison")
    }

    init(_ notice: CertificateExpiring, publicURL: String) {
        let open = notice.certificates.filter { $0.renewal == nil }
        let renewed = notice.certificates.filter { $0.renewal != nil }
        let count = notice.certificates.count
        let first = notice.certificates.map(\.expiresAt).min() ?? notice.noticedAt
        let what = count == 1 ? "A certificate ends" : "\(count) certificates end"
        self.init(
            headline: "\(what) from \(ReportText.time(first)) on", job: notice.jobID,
            facts: [Fact("Suite", PlainText.line(notice.suite.rawValue, limit: 100))],
            sections: [
                Section("Nothing renews these", Self.cut(open.map(Self.words))),
                Section("A schedule renews these in time", Self.cut(renewed.map(Self.words))),
            ],
            next: open.isEmpty
                ? "Nothing has to be done, as long as the schedules stay as they are."
                : """
                Certify the targets that nothing renews again with "force", or make a schedule that does. A certificate \
                that has ended says nothing about the model any more.
                """,
            command: "certforge jobs show \(notice.jobID)",
            link: "\(publicURL)/api/v1/certifications/jobs/\(notice.jobID)")
    }

    init(_ revocation: CertificateRevoked, publicURL: String) {
        let target = Self.words(revocation.target)
        self.init(
            headline: "Certificate revoked: \(target)", job: revocation.jobID,
            facts: [
                Fact("Target", target), Fact("Because", PlainText.line(revocation.reason, limit: 500)),
                Fact("Revoked", ReportText.time(revocation.revokedAt)),
                Fact("By", PlainText.line(revocation.revokedBy, limit: 100)),
                Fact("Held until", ReportText.time(revocation.expiresAt)),
            ], sections: [],
            next: Self.advice(on: revocation.cause),
            command: "certforge certificates show \(revocation.certificateID) --summary",
            link: "\(publicURL)/api/v1/certifications/\(revocation.certificationID)")
    }

    private static func advice(on cause: RevocationCause) -> String {
        switch cause {
        case .modelEndOfLife:
            "Move to a model that the provider goes on with; GET /api/v1/models shows those that there are."
        case .rubricChange:
            "Nothing speaks against the model: ratings are made otherwise now. Certify the target again to have one of today."
        case .byOperator, .drifted: "Don't rely on the certificate any more; whoever verifies it is told so."
        }
    }

    private static func words(_ target: Target) -> String {
        let parts = [
            PlainText.line(target.model.rawValue, limit: 200), PlainText.line(target.region.rawValue, limit: 40),
        ]
        return parts.joined(separator: " in ")
    }

    private static func words(_ side: CertificateDrifted.Side) -> String {
        let rating = side.rating.map { " \(ReportText.rating($0))" } ?? ""
        return "\(side.status.rawValue)\(rating), \(ReportText.time(side.finishedAt))"
    }

    private static func words(_ certificate: CertificateExpiring.Certificate) -> String {
        let end = "\(words(certificate.target)): until \(ReportText.time(certificate.expiresAt))"
        guard let renewal = certificate.renewal else { return end }
        return "\(end); '\(PlainText.line(renewal.schedule, limit: 100))' runs at \(ReportText.time(renewal.due))"
    }

    private static func cut(_ items: [String]) -> [String] {
        guard items.count > listLimit else { return items }
        return items.prefix(listLimit) + ["and \(items.count - listLimit) more"]
    }
}
