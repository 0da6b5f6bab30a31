package import Contracts
package import Foundation

/// The certificates that were revoked before their time, signed, for whoever verifies without asking.
package struct RevocationList: Sendable, Hashable, Codable {
    package struct Entry: Sendable, Hashable, Codable {
        package var id: CertificateID
        package var cause: RevocationCause
        package var reason: String
        package var revokedAt: Date

        package init(id: CertificateID, cause: RevocationCause, reason: String, revokedAt: Date) {
            self.id = id
            self.cause = cause
            self.reason = reason
            self.revokedAt = revokedAt
        }
    }

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
