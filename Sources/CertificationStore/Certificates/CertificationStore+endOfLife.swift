import Certificates
import Certification
import Contracts
package import Foundation
import Messaging
import Postgres

extension CertificationStore {
    /// Revokes the certificates of all models whose end of life has come as far as their providers said, each with its event,
    /// in one transaction. May be repeated: what is revoked already stays as it is.
    ///
    /// - Returns: those that this call revoked; none while another process is at it.
    @discardableResult
    package func revokeEndedModels(now: Date) async throws -> [CertificateRecord] {
        try await announcing { connection in
            let free = try await connection.query(
                "SELECT 1 AS one WHERE pg_try_advisory_xact_lock(hashtext('certforge ends of life'))")
            guard !free.isEmpty else { return ([], []) }
            var revoked: [CertificateRecord] = []
            var messages: [OutgoingMessage] = []
            // In the order of their certificates' ids, so that two transactions never wait for each other.
            for ended in try await endedModels(now: now, on: connection) {
                let order = RevocationOrder.endOfLife(Reason.endOfLife(ended.end).text)
                let (records, events) = try await revoke(
                    .certificate(ended.certificate), because: order, trace: nil, now: now, on: connection)
                revoked += records
                messages += events
            }
            return (revoked, messages)
        }
    }

    /// Revokes what certifies a model in a region when an attempt there ended because the model has.
    ///
    /// Called before the verdict's transaction locks a certificate.
    func revokeIfEnded(
        _ claim: Claim, _ ending: RunEnding, target: Target, on connection: PostgresConnection
    ) async throws -> [OutgoingMessage] {
        guard ending.status == .unsupported, let reason = ending.reason,
            reason.code == ErrorCategory.modelEndOfLife.rawValue
        else { return [] }
        return try await revoke(
            .model(target.provider, target.model, in: target.region), because: .endOfLife(reason.text),
            trace: claim.trace?.child(), now: ending.now, on: connection
        ).1
    }

    private func endedModels(
        now: Date, on connection: PostgresConnection
    ) async throws -> [(certificate: CertificateID, end: Date)] {
        try await connection.query(
            """
            SELECT certificates.id, COALESCE(listed.end_of_life, listed.retired_at) AS ended_at
            FROM certificates JOIN registry_models AS listed USING (provider, model, region)
            WHERE certificates.revoked_at IS NULL AND certificates.expires_at > \(now)
                AND \(fragment: Self.hasEnded(at: now)) ORDER BY certificates.id
            """
        ).map { (try $0.identifier("id"), try $0.decode("ended_at")) }
    }

    /// Holds for the rows of `registry_models` whose model has reached the end of its life.
    ///
    /// A model that is gone from the list without ever having been called legacy may be missing by mistake: it has not ended.
    static func hasEnded(at now: Date) -> SQLStatement {
        """
        (end_of_life <= \(now)
         OR end_of_life IS NULL AND retired_at <= \(now) AND detail #>> '{lifecycle,status}' = 'LEGACY')
        """
    }
}

extension RevocationOrder {
    fileprivate static func endOfLife(_ reason: String) -> RevocationOrder {
        RevocationOrder(cause: .modelEndOfLife, reason: String(reason.prefix(500)))
    }
}
