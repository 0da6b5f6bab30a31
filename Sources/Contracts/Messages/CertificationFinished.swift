package import Foundation

/// How one target's certification ended.
package struct CertificationFinished: Message {
    package static let schemaVersion = 1
    package static let typeNames = ["certification.completed", "certification.failed"]

    package var jobID: JobID
    package var certification: CertificationSummary
    package var finishedAt: Date

    package init(jobID: JobID, certification: CertificationSummary, finishedAt: Date) {
        self.jobID = jobID
        self.certification = certification
        self.finishedAt = finishedAt
    }

    /// `certification.completed` when the target was judged, `certification.failed` when it could not be.
    package var type: MessageType {
        MessageType(
            name: certification.status.isJudged ? "certification.completed" : "certification.failed",
            schemaVersion: Self.schemaVersion)
    }

    package var destination: MessageDestination {
        MessageDestination(exchange: .events, routingKey: RoutingKey(type.name), mandatory: false)
    }

    enum CodingKeys: String, CodingKey {
        case jobID = "jobId"
        case certification, finishedAt
    }
}

/// One target's outcome, as events and mails carry it.
package struct CertificationSummary: Hashable, Sendable, Codable {
    package var certificationID: CertificationID
    package var target: Target
    package var modelName: String
    /// A terminal status.
    package var status: CertificationStatus
    /// 0–5 with one decimal; nil when the target was not judged.
    package var rating: Double?
    package var badge: Badge?
    /// The primary reason's code, for example `ACCESS_NOT_GRANTED`; nil when certified without remark.
    package var reasonCode: String?
    /// The reason in a sentence, at most 500 characters.
    package var reason: String?
    /// What to do next, in a sentence.
    package var remedy: String?
    /// How many attempts were made, from 0.
    package var attempts: Int
    /// Until when the certificate holds; nil when none was issued.
    package var certifiedUntil: Date?
    /// What its calls cost; nil when none was made.
    package var cost: CostSummary?
    /// The certification whose valid certificate stands for this one, which made no call; nil when the target was tested.
    package var reusedFrom: CertificationID?
    /// The tests that tell most about why it is not certified without remark; nil where nobody looked.
    package var failures: [TestFailure]?

    package init(
        certificationID: CertificationID, target: Target, modelName: String, status: CertificationStatus,
        rating: Double?, badge: Badge?, reasonCode: String?, reason: String?, remedy: String?, attempts: Int,
        certifiedUntil: Date?, cost: CostSummary? = nil, reusedFrom: CertificationID? = nil
    ) {
        self.certificationID = certificationID
        self.target = target
        self.modelName = modelName
        self.status = status
        self.rating = rating
        self.badge = badge
        self.reasonCode = reasonCode
        self.reason = reason
        self.remedy = remedy
        self.attempts = attempts
        self.certifiedUntil = certifiedUntil
        self.cost = cost
        self.reusedFrom = reusedFrom
    }

    enum CodingKeys: String, CodingKey {
        case certificationID = "certificationId"
        case target, modelName, status, rating, badge, reasonCode, reason, remedy, attempts, certifiedUntil, cost
        case reusedFrom, failures
    }
}

/// A test that did not pass, as mails tell of it.
package struct TestFailure: Hashable, Sendable, Codable {
    /// The most that are told of one target.
    package static let limit = 3

    package var test: TestID
    package var outcome: String
    /// In a sentence or two, at most 300 characters; a model's or a provider's own words may be in it.
    package var explanation: String

    package init(test: TestID, outcome: String, explanation: String) {
        self.test = test
        self.outcome = outcome
        self.explanation = String(String.UnicodeScalarView(explanation.unicodeScalars.prefix(300)))
    }
}
