import Contracts
import Foundation
import Mustache

/// Writes the mails about finished jobs and about what is noticed later.
struct MailComposer: Sendable {
    let from: MailAddress
    private let publicURL: String
    private let text: MustacheTemplate
    private let html: MustacheTemplate
    private let noticeText: MustacheTemplate
    private let noticeHTML: MustacheTemplate

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
        noticeText = try MustacheTemplate(
            string: String(decoding: PackageResources.notice_txt_mustache, as: UTF8.self))
        noticeHTML = try MustacheTemplate(
            string: String(decoding: PackageResources.notice_html_mustache, as: UTF8.self))
    }

    /// The same mail at every attempt.
    func message(for claim: ClaimedNotification) -> MailMessage {
        let body = body(of: claim.subject)
        var headers = [(name: "X-CertForge-Job-Id", value: "\(claim.subject.jobID)")]
        if case .jobFinished = claim.subject {
        } else {
            headers.append((name: "X-CertForge-Notice", value: claim.subject.type.name))
        }
        if let trace = claim.trace { headers.append((name: "X-CertForge-Trace-Id", value: trace.traceID)) }
        return MailMessage(
            from: from, recipient: claim.recipient, subject: body.subject, date: claim.createdAt,
            messageID: claim.mailMessageID, extraHeaders: headers, text: body.text, html: body.html)
    }

    private func body(of event: NotifiedEvent) -> (subject: String, text: String, html: String) {
        let notice: NoticeReport
        switch event {
        case .jobFinished(let job):
            let report = JobReport(job, link: "\(publicURL)/api/v1/certifications/jobs/\(job.jobID)")
            return (report.subject, text.render(report), html.render(report))
        case .drifted(let drift): notice = NoticeReport(drift, publicURL: publicURL)
        case .expiring(let expiring): notice = NoticeReport(expiring, publicURL: publicURL)
        case .revoked(let revocation): notice = NoticeReport(revocation, publicURL: publicURL)
        }
        return (notice.subject, noticeText.render(notice), noticeHTML.render(notice))
    }
}
