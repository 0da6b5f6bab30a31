import Contracts
import Foundation
import Mustache

/// Writes the mail about a finished job.
struct MailComposer: Sendable {
    let from: MailAddress
    private let publicURL: String
    private let text: MustacheTemplate
    private let html: MustacheTemplate

    /// - Parameters:
    ///   - from: the mails' sender.
    ///   - publicURL: the gateway's URL as recipients reach it, without a slash at its end.
    /// - Throws: when a template is malformed.
    init(from: MailAddress, publicURL: String) throws {
        self.from = from
        self.publicURL = publicURL
        text = try MustacheTemplate(string: String(decoding: PackageResources.job_finished_txt_mustache, as: UTF8.self))
        html = try MustacheTemplate(
            string: String(decoding: PackageResources.job_finished_html_mustache, as: UTF8.self))
    }

    /// The same mail at every attempt.
    func message(for claim: ClaimedNotification) -> MailMessage {
        let report = JobReport(claim.report, link: "\(publicURL)/api/v1/certifications/jobs/\(claim.report.jobID)")
        var headers = [(name: "X-CertForge-Job-Id", value: "\(claim.report.jobID)")]
        if let trace = claim.trace { headers.append((name: "X-CertForge-Trace-Id", value: trace.traceID)) }
        return MailMessage(
            from: from, recipient: claim.recipient, subject: report.subject, date: claim.createdAt,
            messageID: claim.mailMessageID, extraHeaders: headers, text: text.render(report), html: html.render(report))
    }
}
