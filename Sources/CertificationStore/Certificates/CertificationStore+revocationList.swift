import Certificates
import Contracts
package import Foundation
import Postgres

/// What decides what a signed list of revocations says: with the same state it is the same, to the byte.
struct RevocationListState: Sendable, Hashable {
    /// Changes whenever something is revoked.
    var version: UUID
    var key: KeyID
    /// Nil while the key is not published.
    var keyPublishedAt: Date?
    /// The full hour.
    var hour: Date
}

extension CertificationStore {
    /// What the list of revocations rests on at a moment: one row; nil when the store has no key.
    func revocationListState(now: Date) async throws -> RevocationListState? {
        guard let key = signingKey?.publicKey.id else { return nil }
        let rows = try await client.query(
            """
            SELECT version, (SELECT valid_from FROM signing_keys WHERE id = \(key.rawValue)) AS published_at
            FROM revocation_state
            """)
        return try rows.first.map { row in
            RevocationListState(
                version: try row.decode("version"), key: key,
                keyPublishedAt: try row.decodeIfPresent("published_at"),
                hour: Date(timeIntervalSince1970: (now.timeIntervalSince1970 / 3_600).rounded(.down) * 3_600))
        }
    }

    /// The list of revocations as of a moment, signed; nil when the store has no key.
    ///
    /// It is the same throughout an hour unless something is revoked or the key is a new one, and holds for a day.
    package func signedRevocations(now: Date) async throws -> String? {
        guard let state = try await revocationListState(now: now) else { return nil }
        return try await signedRevocations(as: state)
    }

    /// What was revoked after the state was read is on the list, too.
    func signedRevocations(as state: RevocationListState) async throws -> String? {
        guard let signingKey else { return nil }
        let entries = try await revocations(now: state.hour)
        // What a key signed before it was published does not count.
        let issuedAt = (entries.map(\.revokedAt) + [state.keyPublishedAt].compactMap(\.self)).reduce(state.hour, max)
        return try RevocationList(
            issuedAt: issuedAt, nextUpdate: issuedAt.addingTimeInterval(86_400), revoked: entries
        ).signed(with: signingKey)
    }

    /// What a list of revocations holds at a moment: those whose certificates have not been expired for a month.
    func revocations(now: Date) async throws -> [RevocationList.Entry] {
        let rows = try await client.query(
            """
            SELECT id, revocation_cause, revocation_reason, revoked_at FROM certificates
            WHERE revoked_at IS NOT NULL AND expires_at > \(now.addingTimeInterval(-30 * 86_400)) ORDER BY id
            """)
        return try rows.map { row in
            RevocationList.Entry(
                id: try row.identifier("id"), cause: try row.name("revocation_cause"),
                reason: try row.decode(String.self, "revocation_reason"),
                revokedAt: try row.decode(Date.self, "revoked_at"))
        }
    }
}
