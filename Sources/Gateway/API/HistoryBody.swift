import Certification
import CertificationStore
import Contracts
import Foundation

/// One certification of a target's history as clients see it.
struct HistoryEntryBody: Sendable, Encodable {
    struct Links: Sendable, Encodable {
        var certification: String
        var comparison: String
        var job: String
    }

    var certificationID: String
    var jobID: String
    var provider: String
    var model: String
    var modelName: String?
    var region: String
    var profile: InferenceProfileKind
    var status: CertificationStatus
    /// 0–5 with one decimal; absent when the target was not judged.
    var rating: Double?
    var badge: Badge?
    var reasonCode: String?
    /// Absent, like the next two and the metrics, when no test was run.
    var suite: String?
    var suiteVersion: Int?
    var rubricVersion: Int?
    var metrics: KeyMetricsBody?
    /// How it differs from the verdict before, if that was significant.
    var drift: CertificateDrifted.Change?
    /// Whether it is the target's newest verdict; `certificate` says whether that holds yet.
    var isCurrent: Bool
    /// What has become of its certificate; absent when it brought none.
    var certificate: HeldCertificateBody?
    var certifiedUntil: Date?
    var queuedAt: Date
    var startedAt: Date?
    var finishedAt: Date?
    var links: Links

    init(_ entry: HistoryEntry, now: Date) {
        let record = entry.record
        certificationID = record.id.description
        jobID = record.jobID.description
        provider = record.target.provider.rawValue
        model = record.target.model.rawValue
        modelName = record.modelName
        region = record.target.region.rawValue
        profile = record.target.profile
        status = record.status
        rating = record.rating
        badge = record.badge
        reasonCode = record.reasonCode
        suite = entry.run?.suite.rawValue
        suiteVersion = entry.run?.suiteVersion
        rubricVersion = entry.run?.verdict?.rubricVersion
        metrics = entry.run?.verdict.map { KeyMetricsBody($0.metrics) }
        drift = entry.drift
        isCurrent = entry.isCurrent
        certificate = record.certificate.map { HeldCertificateBody($0, now: now) }
        certifiedUntil = record.certifiedUntil
        queuedAt = record.queuedAt
        startedAt = record.startedAt
        finishedAt = record.finishedAt
        let path = "\(APIPath.certifications)/\(record.id)"
        links = Links(certification: path, comparison: "\(path)/comparison", job: JobBody.path(of: record.jobID))
    }

    enum CodingKeys: String, CodingKey {
        case certificationID = "certificationId"
        case jobID = "jobId"
        case provider, model, modelName, region, profile, status, rating, badge, reasonCode, suite, suiteVersion
        case rubricVersion, metrics, drift, isCurrent, certificate, certifiedUntil, queuedAt, startedAt, finishedAt,
            links
    }
}

/// The measures that tell most about a certification.
struct KeyMetricsBody: Sendable, Encodable {
    var passed: Int
    var judged: Int
    var successRate: Double?
    var errorRate: Double?
    var throttleRate: Double?
    /// Medians.
    var latencyMs: Double?
    var latencySample: SampleBody?
    var ttftMs: Double?
    var ttftSample: SampleBody?
    var outputTokensPerSecond: Double?
    var throughputSample: SampleBody?

    init(_ metrics: Metrics) {
        passed = metrics.passed
        judged = metrics.judged
        successRate = metrics.successRate
        errorRate = metrics.errorRate
        throttleRate = metrics.throttleRate
        latencyMs = metrics.latency.p50?.milliseconds
        latencySample = SampleBody(metrics.latency)
        ttftMs = metrics.ttft.p50?.milliseconds
        ttftSample = SampleBody(metrics.ttft)
        outputTokensPerSecond = metrics.outputTokensPerSecond
        throughputSample = metrics.tpot.flatMap(SampleBody.init)
    }
}

/// One page of a target's history, newest first.
struct HistoryPageBody: Sendable, Encodable {
    var certifications: [HistoryEntryBody]
    /// The address of the next page; absent on the last one.
    var next: String?
}
