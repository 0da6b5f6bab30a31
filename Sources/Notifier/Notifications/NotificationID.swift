import Contracts
import Crypto
import Foundation

/// One mail to one recipient about one job.
struct NotificationID: UUIDIdentifier {
    let rawValue: UUID
    init(rawValue: UUID) { self.rawValue = rawValue }

    /// The same for the same job and recipient, whoever asks: a UUID version 8 of the SHA-256 of both (RFC 9562 §5.8).
    init(job: JobID, recipient: String) {
        self.init(digestOf: "\(job)\n\(recipient)")
    }

    /// The same for the same notice and recipient, whoever asks.
    init(notice: NoticeID, recipient: String) {
        self.init(digestOf: "\(notice)\n\(recipient)")
    }
}

/// What was noticed, once for each event whatever message it comes in.
struct NoticeID: UUIDIdentifier {
    let rawValue: UUID
    init(rawValue: UUID) { self.rawValue = rawValue }

    init(of event: NotifiedEvent) {
        let subject =
            switch event {
            case .jobFinished(let job): "\(job.jobID)"
            case .drifted(let drift): "\(drift.after.certificationID)"
            case .expiring(let notice):
                "\(notice.noticeSeconds)\n"
                    + notice.certificates.map { "\($0.certificationID)" }.joined(separator: "\n")
            case .revoked(let revocation): "\(revocation.certificateID)"
            }
        self.init(digestOf: "\(event.type.name)\n\(subject)")
    }
}

extension UUIDIdentifier {
    fileprivate init(digestOf text: String) {
        var digest = Array(SHA256.hash(data: Data(text.utf8)).prefix(16))
        digest[6] = 0x80 | (digest[6] & 0x0f)
        digest[8] = 0x80 | (digest[8] & 0x3f)
        let value = digest.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) }
        self.init(rawValue: UUID(uuid: value))
    }
}
