import Certification
import CertificationStore
import Contracts
import Foundation

/// A certification as clients see it.
struct CertificationBody: Sendable, Encodable {
    struct Links: Sendable, Encodable {
        var `self`: String
        var job: String
        /// The certification whose certificate stands for this one.
        var reusedFrom: String?
    }

    var id: String
    var jobID: String
    var provider: String
    var model: String
    var modelName: String?
    var region: String
    /// How the model is reached: `in-region`, `geographic` or `global`.
    var profile: InferenceProfileKind
    var status: CertificationStatus
    /// Attempts begun, from 0.
    var attempts: Int
    /// 0–5 with one decimal; absent when the target was not judged.
    var rating: Double?
    var badge: Badge?
    var reasonCode: String?
    var reason: String?
    var remedy: String?
    /// Until when the certificate was issued for; `certificate` says whether it holds yet.
    var certifiedUntil: Date?
    /// What has become of its certificate; absent when there is none.
    var certificate: HeldCertificateBody?
    var queuedAt: Date
    var startedAt: Date?
    var finishedAt: Date?
    /// When it goes on; absent unless it is retried or put off.
    var nextAttemptAt: Date?
    /// Until when a limit or an open circuit keeps it waiting, and which one.
    var deferredUntil: Date?
    var deferredBecause: String?
    /// Only where a job is looked at and figures are asked for; absent without a verdict.
    var figures: FiguresBody?
    /// What its calls have cost so far; absent when none was made.
    var cost: CostBody?
    /// The certification whose valid certificate stands for this one, which made no call.
    var reusedFrom: String?
    var links: Links

    init(_ record: CertificationRecord, verdict: Verdict? = nil, now: Date) {
        id = record.id.description
        jobID = record.jobID.description
        provider = record.target.provider.rawValue
        model = record.target.model.rawValue
        modelName = record.modelName
        region = record.target.region.rawValue
        profile = record.target.profile
        status = record.status
        attempts = record.attempts
        rating = record.rating
        badge = record.badge
        reasonCode = record.reasonCode
        reason = record.reason
        remedy = record.remedy
        certifiedUntil = record.certifiedUntil
        certificate = record.certificate.map { HeldCertificateBody($0, now: now) }
        queuedAt = record.queuedAt
        startedAt = record.startedAt
        finishedAt = record.finishedAt
        // A limit may hold up what has fallen due.
        nextAttemptAt = [record.nextAttemptAt, record.deferredUntil].compactMap(\.self).max()
        deferredUntil = record.deferredUntil
        deferredBecause = record.deferredBecause
        figures = verdict.map(FiguresBody.init)
        cost = record.spending.map(CostBody.init)
        reusedFrom = record.reusedFrom?.description
        links = Links(
            self: "\(APIPath.certifications)/\(record.id)", job: JobBody.path(of: record.jobID),
            reusedFrom: record.reusedFrom.map { "\(APIPath.certifications)/\($0)" })
    }

    enum CodingKeys: String, CodingKey {
        case id
        case jobID = "jobId"
        case provider, model, modelName, region, profile, status, attempts, rating, badge, reasonCode, reason, remedy
        case certifiedUntil, certificate, queuedAt, startedAt, finishedAt, nextAttemptAt, deferredUntil
        case deferredBecause, figures, cost
        case reusedFrom
        case links
    }
}

/// One page of certifications, sorted by model, then region.
struct CertificationPageBody: Sendable, Encodable {
    var certifications: [CertificationBody]
    /// The address of the next page; absent on the last one.
    var next: String?
}
