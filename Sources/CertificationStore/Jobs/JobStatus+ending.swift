package import Contracts

extension JobStatus {
    /// How a job ends whose certifications all ended, counted by status. A job that was cancelled when all its work was
    /// done ends by its verdicts.
    package static func ending(with counts: [CertificationStatus: Int], cancelled: Bool) -> JobStatus {
        if cancelled, counts[.cancelled, default: 0] > 0 { return .cancelled }
        let judged = counts.filter { $0.key.isJudged }.values.reduce(0, +)
        if judged == counts.values.reduce(0, +) { return .completed }
        return judged > 0 ? .partial : .failed
    }
}
