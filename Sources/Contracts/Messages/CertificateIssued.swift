package import Foundation

/// A target now holds a certificate.
package struct CertificateIssued: Message {
    package static let schemaVersion = 1
    package static let typeNames = ["certificate.issued"]

    package var jobID: JobID
    package var certificationID: CertificationID
    /// Nil in messages of programs that issued no certificates.
    package var certificateID: CertificateID?
    package var target: Target
    /// `CERTIFIED` or `QUALITY_WARNING`.
    package var status: CertificationStatus
    /// 0–5 with one decimal.
    package var rating: Double
    package var badge: Badge
    package var issuedAt: Date
    package var expiresAt: Date

    package init(
        jobID: JobID, certificationID: CertificationID, certificateID: CertificateID?, target: Target,
        status: CertificationStatus, rating: Double, badge: Badge, issuedAt: Date, expiresAt: Date
    ) {
        self.jobID = jobID
        self.certificationID = certificationID
        self.certificateID = certificateID
        self.target = target
        self.status = status
        self.rating = rating
        self.badge = badge
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    package var type: MessageType { MessageType(name: "certificate.issued", schemaVersion: Self.schemaVersion) }

    package var destination: MessageDestination {
        MessageDestination(exchange: .events, routingKey: "certificate.issued", mandatory: false)
    }

    enum CodingKeys: String, CodingKey {
        case jobID = "jobId"
        case certificationID = "certificationId"
        case certificateID = "certificateId"
        case target, status, rating, badge, issuedAt, expiresAt
    }
}
