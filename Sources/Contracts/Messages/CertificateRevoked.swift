package import Foundation

/// A certificate no longer holds, before its time.
package struct CertificateRevoked: Message {
    package static let schemaVersion = 1
    package static let typeNames = ["certificate.revoked"]

    package var jobID: JobID
    package var certificateID: CertificateID
    package var certificationID: CertificationID
    package var target: Target
    package var cause: RevocationCause
    /// Why, in a sentence, at most 500 characters.
    package var reason: String
    /// The operator's name, or `certforge` when the system revoked it.
    package var revokedBy: String
    package var revokedAt: Date
    /// Until when it would have held.
    package var expiresAt: Date

    package init(
        jobID: JobID, certificateID: CertificateID, certificationID: CertificationID, target: Target,
        cause: RevocationCause, reason: String, revokedBy: String, revokedAt: Date, expiresAt: Date
    ) {
        self.jobID = jobID
        self.certificateID = certificateID
        self.certificationID = certificationID
        self.target = target
        self.cause = cause
        self.reason = reason
        self.revokedBy = revokedBy
        self.revokedAt = revokedAt
        self.expiresAt = expiresAt
    }

    package var type: MessageType { MessageType(name: "certificate.revoked", schemaVersion: Self.schemaVersion) }

    package var destination: MessageDestination {
        MessageDestination(exchange: .events, routingKey: "certificate.revoked", mandatory: false)
    }

    enum CodingKeys: String, CodingKey {
        case jobID = "jobId"
        case certificateID = "certificateId"
        case certificationID = "certificationId"
        case target, cause, reason, revokedBy, revokedAt, expiresAt
    }
}

/// What made a certificate void.
package enum RevocationCause: String, Sendable, Codable, CaseIterable {
    /// Somebody decided so.
    case byOperator = "operator"
    /// The provider has withdrawn the model.
    case modelEndOfLife = "model-end-of-life"
    /// The model's results changed significantly.
    case drifted
    /// Another rubric has taken the place of the one that it was made by.
    case rubricChange = "rubric-change"
}
