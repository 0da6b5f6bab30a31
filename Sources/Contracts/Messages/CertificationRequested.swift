package import Foundation

/// "Certify this target": the one kind of work that a processor takes.
package struct CertificationRequested: Message {
    package static let schemaVersion = 1
    package static let typeNames = ["certification.requested"]

    package var jobID: JobID
    package var certificationID: CertificationID
    package var target: Target
    package var suite: SuiteID
    package var lane: Lane
    package var requestedAt: Date

    package init(
        jobID: JobID, certificationID: CertificationID, target: Target, suite: SuiteID, lane: Lane, requestedAt: Date
    ) {
        self.jobID = jobID
        self.certificationID = certificationID
        self.target = target
        self.suite = suite
        self.lane = lane
        self.requestedAt = requestedAt
    }

    package var type: MessageType {
        MessageType(name: "certification.requested", schemaVersion: Self.schemaVersion)
    }

    package var destination: MessageDestination {
        MessageDestination(exchange: .jobs, routingKey: .certificationRequested(lane), mandatory: true)
    }

    enum CodingKeys: String, CodingKey {
        case jobID = "jobId"
        case certificationID = "certificationId"
        case target, suite, lane, requestedAt
    }
}
