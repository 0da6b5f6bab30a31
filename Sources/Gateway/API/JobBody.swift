import Certification
import CertificationStore
import Contracts
import Foundation

/// A job as clients see it.
struct JobBody: Sendable, Encodable {
    struct Links: Sendable, Encodable {
        var `self`: String
    }

    struct Skipped: Sendable, Encodable {
        var model: String
        var region: String
        var reason: String
    }

    var id: String
    var status: JobStatus
    var requestedBy: String
    var suite: String
    var lane: Lane
    var regions: [String]
    var notify: [String]
    /// How many certifications the job has.
    var targetCount: Int
    /// How many of them have ended.
    var finishedCount: Int
    /// How many are in each status; a status that none is in is absent.
    var counts: [String: Int]
    var skipped: [Skipped]
    var createdAt: Date
    var startedAt: Date?
    var finishedAt: Date?
    /// When cancelling was asked for; the job may still wait for what runs to stop.
    var cancelledAt: Date?
    /// What it was estimated to cost; absent in jobs of before.
    var estimate: JobEstimateBody?
    /// Absent when it has none.
    var budget: BudgetBody?
    /// What its calls have cost so far; absent when none was made.
    var cost: CostBody?
    /// Absent in lists and where a job was just made.
    var certifications: [CertificationBody]?
    /// Only in the answer to a cancellation.
    var targets: [CancelledTargetBody]?
    var links: Links

    init(
        _ job: JobRecord, certifications: [CertificationBody]? = nil
    ) {
        id = job.id.description
        status = job.status
        requestedBy = job.requestedBy
        suite = job.suite.rawValue
        lane = job.lane
        regions = job.regions.map(\.rawValue)
        notify = job.notify
        targetCount = job.targetCount
        finishedCount = job.counts.reduce(0) { $0 + ($1.key.isTerminal ? $1.value : 0) }
        counts = job.counts.byName
        skipped = job.skipped.map {
            Skipped(model: $0.model.rawValue, region: $0.region.rawValue, reason: $0.reason)
        }
        createdAt = job.createdAt
        startedAt = job.startedAt
        finishedAt = job.finishedAt
        cancelledAt = job.cancelledAt
        estimate = job.estimate.map(JobEstimateBody.init)
        budget = job.budget.map(BudgetBody.init)
        cost = job.spending.map(CostBody.init)
        self.certifications = certifications
        links = Links(self: Self.path(of: job.id))
    }

    init(_ cancelled: JobCancellation.Result) {
        self.init(cancelled.job)
        targets = cancelled.certifications.map(CancelledTargetBody.init)
    }

    static func path(of id: JobID) -> String { "\(APIPath.jobs)/\(id)" }
}

/// One page of jobs, newest first.
struct JobPageBody: Sendable, Encodable {
    var jobs: [JobBody]
    /// The address of the next page; absent on the last one.
    var next: String?
}

extension Dictionary where Key: RawRepresentable<String>, Value == Int {
    /// A JSON object's keys are strings.
    var byName: [String: Int] {
        reduce(into: [:]) { $0[$1.key.rawValue] = $1.value }
    }
}
