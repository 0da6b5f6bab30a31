import Contracts

@testable import CertForgeCLI

extension JobAnswer {
    /// A job of as many targets as it has certifications, unless told otherwise.
    static func sample(
        _ certifications: [CertificationAnswer] = [], status: JobStatus = .completed, targets: Int? = nil,
        finished: Int? = nil, counts: [String: Int] = [:], skipped: [Skipped] = [],
        cancelled: [CancelledTargetAnswer]? = nil
    ) -> JobAnswer {
        JobAnswer(
            id: "019b7d5e-0000-7000-8000-000000000000", status: status, suite: "base", lane: .normal,
            requestedBy: "ada", targetCount: targets ?? certifications.count,
            finishedCount: finished ?? certifications.count, counts: counts, skipped: skipped,
            createdAt: "2026-01-01T00:00:00.000Z", certifications: certifications, targets: cancelled)
    }
}

extension CertificationAnswer {
    static func sample(
        _ model: String, _ region: String = "us-east-1", status: CertificationStatus = .certified,
        attempts: Int = 1, rating: Double? = 4.5, badge: Badge? = .premium, code: String? = nil,
        reason: String? = nil
    ) -> CertificationAnswer {
        CertificationAnswer(
            id: "019b7d5e-0000-7000-8000-000000000001", model: model, region: region, status: status,
            attempts: attempts, rating: rating, badge: badge, reasonCode: code, reason: reason, remedy: nil)
    }
}
