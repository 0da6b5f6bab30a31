package import Contracts
package import Foundation
import Postgres

/// A lease that a process holds.
package struct HeldLease: Sendable, Hashable {
    package var certificationID: CertificationID
    package var fence: Int

    package init(certificationID: CertificationID, fence: Int) {
        self.certificationID = certificationID
        self.fence = fence
    }
}

/// What became of a process's leases when they were to be renewed. One that is in neither set runs on as it was: another
/// transaction is changing its certification at this moment.
package struct LeaseRenewal: Sendable, Hashable {
    package var renewed: Set<HeldLease>
    /// Another claim took them, or the certifications have ended.
    package var lost: Set<HeldLease>
    /// Those of jobs that were cancelled, renewed or not: the work is to be stopped.
    package var cancelled: Set<HeldLease>

    package init(renewed: Set<HeldLease>, lost: Set<HeldLease>, cancelled: Set<HeldLease>) {
        self.renewed = renewed
        self.lost = lost
        self.cancelled = cancelled
    }
}

extension CertificationStore {
    /// Renews all leases of a process in one statement. They then run from now by the database's clock.
    ///
    /// Waits for no row, so that one transaction that hangs costs no more than its own certification's lease. `leases` may be
    /// empty; a `heartbeat` is noted in the same statement.
    package func renew(
        _ leases: [HeldLease], owner: UUID, leaseDuration: Duration, heartbeat: WorkerHeartbeat? = nil
    ) async throws -> LeaseRenewal {
        var renewal = LeaseRenewal(renewed: [], lost: [], cancelled: [])
        guard !leases.isEmpty || heartbeat != nil else { return renewal }
        let noting = heartbeat.map(Self.noting) ?? ""
        let rows = try await client.query(
            """
            WITH \(fragment: noting) asked AS (
                SELECT id, fence
                FROM unnest(\(leases.map(\.certificationID.rawValue))::uuid[], \(leases.map(\.fence))::bigint[])
                    AS asked (id, fence)
            ), free AS (
                SELECT c.id FROM asked JOIN certifications AS c ON c.id = asked.id AND c.fence = asked.fence
                WHERE c.status = 'PROCESSING' AND c.lease_owner = \(owner)
                FOR NO KEY UPDATE OF c SKIP LOCKED
            ), renewed AS (
                UPDATE certifications
                SET leased_at = clock_timestamp(), lease_expires_at = clock_timestamp() + \(leaseDuration)::interval
                FROM free WHERE certifications.id = free.id RETURNING certifications.id
            )
            SELECT asked.id, asked.fence, renewed.id IS NOT NULL AS renewed, c.id IS NULL AS lost,
                   jobs.cancelled_at IS NOT NULL AS cancelled
            FROM asked
                LEFT JOIN certifications AS c ON c.id = asked.id AND c.fence = asked.fence
                    AND c.status = 'PROCESSING' AND c.lease_owner = \(owner)
                LEFT JOIN renewed ON renewed.id = asked.id
                LEFT JOIN jobs ON jobs.id = c.job_id
            """)
        for row in rows {
            let lease = HeldLease(certificationID: try row.identifier("id"), fence: try row.decode("fence"))
            if try row.decode(Bool.self, "renewed") { renewal.renewed.insert(lease) }
            if try row.decode(Bool.self, "lost") { renewal.lost.insert(lease) }
            if try row.decode(Bool.self, "cancelled") { renewal.cancelled.insert(lease) }
        }
        return renewal
    }

    /// Gives a claim back whose attempt was broken off, so that another process need not wait for the lease; it may have
    /// run out already. If another claim took it as that of a dead worker, the death that it counted is taken back.
    ///
    /// May be repeated.
    package func release(_ claim: Claim) async throws -> WriteOutcome {
        let changed = try await client.execute(
            """
            UPDATE certifications
            SET status = 'QUEUED', lease_owner = NULL, lease_expires_at = NULL, request_expires_at = NULL
            WHERE \(fragment: claim.isHeld)
            """)
        if changed == 1 { return .recorded(.queued) }
        try await absolve(claim)
        return .stale
    }
}
