import Contracts
import Foundation

/// A finished job of two models in two regions, with something of everything.
enum SampleReport {
    static let finishedAt = Date(timeIntervalSince1970: 1_770_000_000)

    static func certification(
        _ model: String, _ region: String, _ status: CertificationStatus, rating: Double? = nil, badge: Badge? = nil,
        profile: InferenceProfileKind = .inRegion, name: String? = nil, reason: String? = nil, remedy: String? = nil
    ) -> CertificationSummary {
        CertificationSummary(
            certificationID: CertificationID(),
            target: Target(provider: .bedrock, model: ModelID(model), region: Region(region), profile: profile),
            modelName: name ?? model, status: status, rating: rating, badge: badge,
            reasonCode: reason == nil ? nil : "REASON_CODE", reason: reason, remedy: remedy, attempts: 1,
            certifiedUntil: status == .certified ? finishedAt.addingTimeInterval(7 * 86_400) : nil)
    }

    static func job(
        _ certifications: [CertificationSummary], status: JobStatus = .partial, requestedBy: String = "alice",
        notify: [String] = ["bob@example.org"], skipped: [SkippedTarget] = [], unlisted: Int = 0
    ) -> JobFinished {
        var counts = Dictionary(grouping: certifications, by: \.status.rawValue).mapValues(\.count)
        if unlisted > 0 { counts["CERTIFIED", default: 0] += unlisted }
        return JobFinished(
            jobID: JobID(), status: status, suite: .base, requestedBy: requestedBy, notify: notify,
            requestedAt: finishedAt.addingTimeInterval(-123), finishedAt: finishedAt, counts: counts,
            certifications: certifications, skipped: skipped)
    }

    static let mixed = job(
        [
            certification(
                "anthropic.claude-3-haiku-20240307-v1:0", "eu-west-1", .certified, rating: 4.8, badge: .premium,
                name: "Claude 3 Haiku"),
            certification(
                "anthropic.claude-3-haiku-20240307-v1:0", "us-east-1", .certified, rating: 4.75, badge: .premium,
                profile: .geographic, name: "Claude 3 Haiku"),
            certification(
                "meta.llama3-8b-instruct-v1:0", "eu-west-1", .inconclusive,
                reason: "Access to the model is not granted in this account.",
                remedy:
                    "Ask the account's administrator to enable the model in the Bedrock console, then certify it again."
            ),
            certification(
                "meta.llama3-8b-instruct-v1:0", "us-east-1", .qualityWarning, rating: 3.1, badge: .functional,
                reason: "Two tests failed."),
        ],
        skipped: [SkippedTarget(model: "amazon.nova-pro-v1:0", region: "eu-west-1", reason: "not offered there")])
}
