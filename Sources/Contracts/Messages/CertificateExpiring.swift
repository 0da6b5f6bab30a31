package import Foundation

/// Certificates of one job end soon. Each certificate is in one such message for each length of notice.
package struct CertificateExpiring: Message {
    package static let schemaVersion = 1
    package static let typeNames = ["certificate.expiring"]

    /// The most certificates that one message lists; more of a job are in further messages.
    package static let listedCertificatesLimit = 200

    /// The run that will replace the certificate before it ends.
    package struct Renewal: Sendable, Hashable, Codable {
        /// The schedule's name.
        package var schedule: String
        package var due: Date

        package init(schedule: String, due: Date) {
            self.schedule = schedule
            self.due = due
        }
    }

    package struct Certificate: Sendable, Hashable, Codable {
        package var certificationID: CertificationID
        package var target: Target
        package var modelName: String
        /// `CERTIFIED` or `QUALITY_WARNING`.
        package var status: CertificationStatus
        package var rating: Double?
        package var expiresAt: Date
        /// Nil when no schedule certifies the target again in time.
        package var renewal: Renewal?

        package init(
            certificationID: CertificationID, target: Target, modelName: String, status: CertificationStatus,
            rating: Double?, expiresAt: Date, renewal: Renewal?
        ) {
            self.certificationID = certificationID
            self.target = target
            self.modelName = modelName
            self.status = status
            self.rating = rating
            self.expiresAt = expiresAt
            self.renewal = renewal
        }

        enum CodingKeys: String, CodingKey {
            case certificationID = "certificationId"
            case target, modelName, status, rating, expiresAt, renewal
        }
    }

    /// The job that the certificates come from.
    package var jobID: JobID
    package var suite: SuiteID
    /// The length of the notice, in seconds.
    package var noticeSeconds: Int
    /// Sorted by model, then region; at least one.
    package var certificates: [Certificate]
    package var noticedAt: Date
    /// The addresses to be told, each once.
    package var notify: [String]

    package init(
        jobID: JobID, suite: SuiteID, noticeSeconds: Int, certificates: [Certificate], noticedAt: Date,
        notify: [String]
    ) {
        self.jobID = jobID
        self.suite = suite
        self.noticeSeconds = noticeSeconds
        self.certificates = certificates
        self.noticedAt = noticedAt
        self.notify = notify
    }

    package var type: MessageType { MessageType(name: "certificate.expiring", schemaVersion: Self.schemaVersion) }

    package var destination: MessageDestination {
        MessageDestination(exchange: .events, routingKey: "certificate.expiring", mandatory: true)
    }

    enum CodingKeys: String, CodingKey {
        case jobID = "jobId"
        case suite, noticeSeconds, certificates, noticedAt, notify
    }
}
