package import Certification
package import Contracts
package import Foundation

/// A job as it is stored, with its certifications counted.
package struct JobRecord: Sendable, Hashable {
    package var id: JobID
    package var status: JobStatus
    package var requestedBy: String
    package var suite: SuiteID
    package var lane: Lane
    package var regions: [Region]
    package var notify: [String]
    package var skipped: [SkippedTarget]
    package var createdAt: Date
    /// When the first certification was claimed.
    package var startedAt: Date?
    package var finishedAt: Date?
    /// When cancelling was asked for; the job ends once nothing of it runs any more.
    package var cancelledAt: Date?
    /// How many certifications are in each status; a status that none is in is absent.
    package var counts: [CertificationStatus: Int]
    package var traceparent: String?
    /// What it was estimated to cost; nil for jobs of before.
    package var estimate: JobEstimate?
    /// Nil when it has none.
    package var budget: BudgetRecord?
    /// What its calls have cost so far; nil when none was made.
    package var spending: Spending?

    /// How many certifications the job has.
    package var targetCount: Int { counts.values.reduce(0, +) }
}

/// What a job was estimated to cost, all targets together.
package struct JobEstimate: Sendable, Hashable, Codable {
    package var expected: CostEstimate.Extent
    package var worstCase: CostEstimate.Extent
    /// How many targets have no price.
    package var unpricedTargets: Int

    package init(_ estimate: CostEstimate) {
        expected = estimate.expected
        worstCase = estimate.worstCase
        unpricedTargets = estimate.unpriced.count
    }
}

/// Which jobs to list; nil fields match everything.
package struct JobFilter: Sendable, Hashable {
    package var status: JobStatus?
    package var requestedBy: String?
    /// Only jobs created at or after it.
    package var createdSince: Date?

    package init(status: JobStatus? = nil, requestedBy: String? = nil, createdSince: Date? = nil) {
        self.status = status
        self.requestedBy = requestedBy
        self.createdSince = createdSince
    }
}

/// Where a page of jobs ended: the last job of it.
package struct JobCursor: Sendable, Hashable {
    package var last: JobID

    package init(last: JobID) {
        self.last = last
    }
}

/// What became of the wish to cancel a job.
package enum CancelOutcome: Sendable, Hashable {
    case notFound
    /// The job had ended; nothing was changed.
    case alreadyFinished(JobRecord)
    /// Nothing of the job will be started any more. What runs is stopped by its processor within seconds; the job ends
    /// then. Also when it was cancelled before.
    case cancelled(JobRecord)
}
