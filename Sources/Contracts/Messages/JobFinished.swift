package import Foundation

/// A job ended, with the outcome of its targets. The one event that a mail is sent for.
package struct JobFinished: Message {
    package static let schemaVersion = 1
    package static let typeNames = ["job.completed", "job.failed", "job.cancelled"]

    /// The most targets that one message lists, so that its body stays well under a broker's limits.
    package static let listedCertificationsLimit = 500

    package var jobID: JobID
    /// A terminal status.
    package var status: JobStatus
    package var suite: SuiteID
    package var requestedBy: String
    /// The addresses to be told, each once.
    package var notify: [String]
    package var requestedAt: Date
    package var finishedAt: Date
    /// How many targets ended in each status; a status that none ended in is absent.
    package var counts: [String: Int]
    /// The targets, sorted by model then region, at most `listedCertificationsLimit`.
    package var certifications: [CertificationSummary]
    /// What was asked for but not certified, with the reason.
    package var skipped: [SkippedTarget]
    /// What its calls cost; nil when none was made.
    package var cost: CostSummary?
    /// Nil when it had none.
    package var budget: BudgetSummary?

    package init(
        jobID: JobID, status: JobStatus, suite: SuiteID, requestedBy: String, notify: [String], requestedAt: Date,
        finishedAt: Date, counts: [String: Int], certifications: [CertificationSummary], skipped: [SkippedTarget]
    ) {
        self.jobID = jobID
        self.status = status
        self.suite = suite
        self.requestedBy = requestedBy
        self.notify = notify
        self.requestedAt = requestedAt
        self.finishedAt = finishedAt
        self.counts = counts
        self.certifications = certifications
        self.skipped = skipped
    }

    /// How many targets the job had, listed or not.
    package var targetCount: Int { counts.values.reduce(0, +) }

    package var type: MessageType {
        let name =
            switch status {
            case .cancelled: "job.cancelled"
            case .failed: "job.failed"
            case .queued, .processing, .completed, .partial: "job.completed"
            }
        return MessageType(name: name, schemaVersion: Self.schemaVersion)
    }

    package var destination: MessageDestination {
        MessageDestination(exchange: .events, routingKey: RoutingKey(type.name), mandatory: true)
    }

    enum CodingKeys: String, CodingKey {
        case jobID = "jobId"
        case status, suite, requestedBy, notify, requestedAt, finishedAt, counts, certifications, skipped
        case cost, budget
    }
}

/// A model in a region that was asked for but is not offered there.
package struct SkippedTarget: Hashable, Sendable, Codable {
    package var model: ModelID
    package var region: Region
    package var reason: String

    package init(model: ModelID, region: Region, reason: String) {
        self.model = model
        self.region = region
        self.reason = reason
    }
}
