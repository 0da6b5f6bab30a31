import Certificates
import Contracts
package import Foundation
import Postgres

extension CertificationStore {
    /// Revokes what was certified by rubrics of versions before the one that holds now, each with its event, in one
    /// transaction. What was issued when the change was known has ended by itself.
    ///
    /// May be repeated: what is revoked already stays as it is.
    ///
    /// - Parameters:
    ///   - version: of the rubric that holds now.
    ///   - limit: revokes at most so many, from 1.
    ///   - now: the moment of the revocation.
    /// - Throws: `PostgresError`.
    /// - Returns: those that this call revoked; none while another process is at it.
    @discardableResult
    package func revokeFormerRubrics(
        before version: Int, limit: Int = 200, now: Date
    ) async throws -> [CertificateRecord] {
        try await announcing { connection in
            let free = try await connection.query(
                "SELECT 1 AS one WHERE pg_try_advisory_xact_lock(hashtext('certforge rubric changes'))")
            guard !free.isEmpty else { return ([], []) }
            let order = RevocationOrder(
                cause: .rubricChange,
                reason: "Version \(version) of the rubric has taken the place of the one that it was made by.")
            return try await revoke(
                .rubric(before: version, limit: limit), because: order, trace: nil, now: now, on: connection)
        }
    }
}
