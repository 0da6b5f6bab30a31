package import Foundation

/// A job was accepted and its targets are queued.
package struct JobAccepted: Message {
    package static let schemaVersion = 1
    package static let typeNames = ["job.accepted"]

    package var jobID: JobID
    package var suite: SuiteID
    package var lane: Lane
    /// How many certifications the job holds, from 1.
    package var targetCount: Int
    package var requestedBy: String
    package var acceptedAt: Date

    package init(
        jobID: JobID, suite: SuiteID, lane: Lane, targetCount: Int, requestedBy: String, acceptedAt: Date
    ) {
        self.jobID = jobID
        self.suite = suite
        self.lane = lane
        self.targetCount = targetCount
        self.requestedBy = requestedBy
        self.acceptedAt = acceptedAt
    }

    package var type: MessageType { MessageType(name: "job.accepted", schemaVersion: Self.schemaVersion) }

    package var destination: MessageDestination {
        MessageDestination(exchange: .events, routingKey: "job.accepted", mandatory: false)
    }

    enum CodingKeys: String, CodingKey {
        case jobID = "jobId"
        case suite, lane, targetCount, requestedBy, acceptedAt
    }
}
