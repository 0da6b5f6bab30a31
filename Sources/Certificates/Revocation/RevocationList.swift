package import Contracts
package import Foundation

/// The certificates that were revoked before their time, signed, for whoever verifies without asking.
package struct RevocationList: Sendable, Hashable, Codable {
    package struct Entry: Sendable, Hashable, Codable {
        package var id: CertificateID
        /// Nil for one that a later program has written: it is revoked all the same.
        package var cause: RevocationCause?
        package var reason: String
        package var revokedAt: Date

        package init(id: CertificateID, cause: RevocationCause?, reason: String, revokedAt: Date) {
            self.id = id
            self.cause = cause
            self.reason = reason
            self.revokedAt = revokedAt
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decode(CertificateID.self, forKey: .id)
            cause = RevocationCause(rawValue: try container.decode(String.self, forKey: .cause))
            reason = try container.decode(String.self, forKey: .reason)
            revokedAt = try container.decode(Date.self, forKey: .revokedAt)
        }
    }

    /// What no list holds longer than, in seconds, whatever it says: with a key that was stolen one could be made that never
    /// goes out of date.
    private static let longestLife: TimeInterval = 7 * 86_400

    package var issuedAt: Date
    /// When the next list is there at the latest: from then on this one is out of date.
    package var nextUpdate: Date
    /// Sorted by id. A certificate leaves the list some time after its own end.
    package var revoked: [Entry]

    package init(issuedAt: Date, nextUpdate: Date, revoked: [Entry]) {
        self.issuedAt = issuedAt
        self.nextUpdate = nextUpdate
        self.revoked = revoked
    }

    /// The list as a JSON Web Signature.
    package func signed(with key: SigningKey) throws -> String {
        try SignedDocument.sign(try MessageCoding.encode(self), as: .revocations, with: key)
    }

    /// Reads a signed list and checks its signature; whether it is still fresh is for the caller to ask.
    package init(_ text: String, keys: KeySet) throws(SignedDocument.Fault) {
        let document = try SignedDocument(text, kind: .revocations, keys: keys)
        guard let list = try? MessageCoding.decode(RevocationList.self, from: document.payload) else {
            throw .malformed("is signed, but its payload is no list of revocations")
        }
        guard document.key.covers(list.issuedAt) else { throw .signature(document.key.id) }
        self = list
    }

    /// How old the list is, in a sentence, once it is out of date; nil while it is not.
    func staleness(at now: Date) -> String? {
        let end = min(nextUpdate, issuedAt.addingTimeInterval(Self.longestLife))
        guard now > end else { return nil }
        let late = Self.words(now.timeIntervalSince(end))
        return
            "The list of revocations is of \(issuedAt.rfc3339) and out of date since \(end.rfc3339), for \(late): what "
            + "was revoked since it was made is not on it. Fetch a new one."
    }

    private static func words(_ seconds: TimeInterval) -> String {
        let units: [(TimeInterval, String)] = [(86_400, "day"), (3_600, "hour"), (60, "minute")]
        let (length, name) = units.first { seconds >= $0.0 } ?? (1, "second")
        let count = Int(min(seconds / length, 1_000_000))
        return "\(count) \(name)\(count == 1 ? "" : "s")"
    }

    package func entry(for id: CertificateID) -> Entry? { revoked.first { $0.id == id } }
}

extension VerificationKey {
    /// Whether a signature made then counts. A minute is allowed for clocks that differ.
    func covers(_ moment: Date) -> Bool {
        if let validFrom, moment < validFrom.addingTimeInterval(-60) { return false }
        if let validUntil, moment > validUntil { return false }
        return true
    }
}
