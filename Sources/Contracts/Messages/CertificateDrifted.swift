package import Foundation

/// A target was certified again, and what came out differs from before by more than chance explains.
package struct CertificateDrifted: Message {
    package static let schemaVersion = 1
    package static let typeNames = ["certificate.drifted"]

    /// The most flipped tests that one message lists.
    package static let listedFlipsLimit = 100

    package enum Change: String, Sendable, Codable, CaseIterable {
        case regression = "REGRESSION"
        case improvement = "IMPROVEMENT"
    }

    /// A certification as one of the two sides.
    package struct Side: Sendable, Hashable, Codable {
        package var certificationID: CertificationID
        package var status: CertificationStatus
        /// 0–5 with one decimal; nil when the target was not judged.
        package var rating: Double?
        package var finishedAt: Date

        package init(
            certificationID: CertificationID, status: CertificationStatus, rating: Double?, finishedAt: Date
        ) {
            self.certificationID = certificationID
            self.status = status
            self.rating = rating
            self.finishedAt = finishedAt
        }

        enum CodingKeys: String, CodingKey {
            case certificationID = "certificationId"
            case status, rating, finishedAt
        }
    }

    /// A test that only one of the two passed.
    package struct Flip: Sendable, Hashable, Codable {
        package var test: String
        package var before: TestOutcome
        package var after: TestOutcome

        package init(test: String, before: TestOutcome, after: TestOutcome) {
            self.test = test
            self.before = before
            self.after = after
        }
    }

    /// The job of the later certification.
    package var jobID: JobID
    package var target: Target
    package var modelName: String
    package var suite: SuiteID
    package var change: Change
    package var before: Side
    package var after: Side
    /// What changed, a sentence each, regressions first; at least one.
    package var findings: [String]
    /// Sorted by test, at most `listedFlipsLimit`.
    package var flips: [Flip]
    /// The addresses to be told, each once.
    package var notify: [String]

    package init(
        jobID: JobID, target: Target, modelName: String, suite: SuiteID, change: Change, before: Side, after: Side,
        findings: [String], flips: [Flip], notify: [String]
    ) {
        self.jobID = jobID
        self.target = target
        self.modelName = modelName
        self.suite = suite
        self.change = change
        self.before = before
        self.after = after
        self.findings = findings
        self.flips = flips
        self.notify = notify
    }

    package var type: MessageType { MessageType(name: "certificate.drifted", schemaVersion: Self.schemaVersion) }

    package var destination: MessageDestination {
        MessageDestination(exchange: .events, routingKey: "certificate.drifted", mandatory: true)
    }

    enum CodingKeys: String, CodingKey {
        case jobID = "jobId"
        case target, modelName, suite, change, before, after, findings, flips, notify
    }
}
