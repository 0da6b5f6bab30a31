package import Contracts

extension JobStatus {
    /// How a job ends whose certifications all ended, counted by status. A job that was cancelled when all its work was
    /// done ends by its verdicts; one whose certifications were all cancelled one by one is a cancelled job, too.
    package static func ending(with counts: [CertificationStatus: Int], cancelled: Bool) -> JobStatus {
        let total = counts.values.reduce(0, +)
        let stopped = counts[.cancelled, default: 0]
        if stopped > 0, cancelled || stopped == total { return .cancelled }
        let judged = counts.filter { $0.key.isJudged }.values.reduce(0, +)
        if judged == total { return .completed }
        return judged > 0 ? .partial : .failed
    }
}
