import Contracts
import Foundation
import Postgres

extension CertificationStore {
    /// Whether the lease of the certification `c` may have run out although its owner lives: it gave a sign of life
    /// afterwards, or the database was down meanwhile, so that nobody could renew anything.
    static var isOwnerExcused: SQLStatement {
        """
        COALESCE(pg_postmaster_start_time() > COALESCE(c.leased_at, c.lease_expires_at), false)
            OR EXISTS (SELECT FROM workers WHERE workers.owner = c.lease_owner AND heartbeat_at > c.lease_expires_at)
        """
    }

    /// Counts the death of a claim's worker, once for each claim.
    func countDeath(_ death: WorkerDeath, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            WITH counted AS (
                INSERT INTO worker_deaths (certification_id, fence, owner, host, pid, version, resident_bytes,
                                           heartbeat_at, counted_at)
                SELECT \(death.certificationID.rawValue), \(death.fence)::bigint, \(death.owner)::uuid, workers.host,
                       workers.pid, workers.version, workers.resident_bytes, workers.heartbeat_at, clock_timestamp()
                FROM (SELECT) AS always LEFT JOIN workers ON workers.owner = \(death.owner)
                ON CONFLICT DO NOTHING RETURNING certification_id
            )
            UPDATE certifications SET worker_deaths = worker_deaths + 1
            FROM counted WHERE certifications.id = counted.certification_id
            """)
    }

    /// Takes back the death that was counted for a claim, as its worker lives. May be repeated. A certification that
    /// has ended stays as it ended.
    func absolve(_ claim: Claim) async throws {
        try await client.execute(
            """
            WITH absolved AS (
                UPDATE worker_deaths SET absolved_at = clock_timestamp()
                WHERE certification_id = \(claim.certificationID.rawValue) AND fence = \(claim.fence)
                    AND absolved_at IS NULL
                RETURNING certification_id
            )
            UPDATE certifications SET worker_deaths = worker_deaths - 1
            FROM absolved
            WHERE certifications.id = absolved.certification_id AND worker_deaths > 0
                AND status IN ('QUEUED', 'PROCESSING', 'RETRYING')
            """)
    }

    /// Why a certification ends whose workers keep dying, with what is known of the last of them.
    func quarantineReason(after death: WorkerDeath, on connection: PostgresConnection) async throws -> Reason {
        let rows = try await connection.query(
            "SELECT host, pid, version, resident_bytes FROM workers WHERE owner = \(death.owner)")
        return .workerDied(last: try rows.first.map(LastSight.init))
    }
}

/// A claim whose lease ran out without a sign of life of its worker.
struct WorkerDeath: Sendable, Hashable {
    var certificationID: CertificationID
    var fence: Int
    var owner: UUID?
}

/// A worker as its last heartbeat showed it.
struct LastSight: Sendable, Hashable {
    var host: String
    var processID: Int
    var version: String
    var residentBytes: Int?

    /// For example `worker-7, process 4711, version 0.1.0, 812 MB of memory`.
    var text: String {
        let memory = residentBytes.map { ", \($0 / 1_000_000) MB of memory" } ?? ""
        return "\(host.prefix(100)), process \(processID), version \(version.prefix(40))\(memory)"
    }
}

extension LastSight {
    init(_ row: PostgresRow) throws {
        host = try row.decode("host")
        processID = try row.decode("pid")
        version = try row.decode("version")
        residentBytes = try row.decodeIfPresent("resident_bytes")
    }
}
