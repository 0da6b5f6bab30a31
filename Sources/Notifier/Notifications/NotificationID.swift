import Contracts
import Crypto
import Foundation

/// One mail to one recipient about one job.
struct NotificationID: UUIDIdentifier {
    let rawValue: UUID
    init(rawValue: UUID) { self.rawValue = rawValue }

    /// The same for the same job and recipient, whoever asks: a UUID version 8 of the SHA-256 of both (RFC 9562 §5.8).
    init(job: JobID, recipient: String) {
        var digest = Array(SHA256.hash(data: Data("\(job)\n\(recipient)".utf8)).prefix(16))
        digest[6] = 0x80 | (digest[6] & 0x0f)
        digest[8] = 0x80 | (digest[8] & 0x3f)
        let value = digest.withUnsafeBytes { $0.loadUnaligned(as: uuid_t.self) }
        self.init(rawValue: UUID(uuid: value))
    }
}
