package import Certificates
package import Foundation
import Postgres

extension CertificationStore {
    /// Publishes the store's signing key. May be repeated; does nothing without one.
    package func registerSigningKey(now: Date) async throws {
        guard let key = signingKey?.publicKey else { return }
        try await client.execute(
            """
            INSERT INTO signing_keys (id, x, valid_from) VALUES (\(key.id.rawValue), \(key.x), \(now))
            ON CONFLICT (id) DO NOTHING
            """)
    }

    /// Every key that certificates were ever signed with, newest first, and the store's own.
    package func verificationKeys() async throws -> KeySet {
        let rows = try await client.query(
            "SELECT x, valid_from, valid_until FROM signing_keys ORDER BY valid_from DESC, id")
        let stored = try rows.map { row in
            try VerificationKey(
                x: try row.decode(String.self, "x"), validFrom: try row.decode(Date.self, "valid_from"),
                validUntil: try row.decodeIfPresent(Date.self, "valid_until"))
        }
        return KeySet(stored + [signingKey?.publicKey].compactMap(\.self))
    }
}
