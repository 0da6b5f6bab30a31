import Contracts
package import Foundation
import Postgres

extension CertificationStore {
    /// Forgets a worker that ends, and queues again whatever it still holds: nothing of that was a death.
    ///
    /// - Returns: how many certifications were given back.
    package func signOff(_ owner: UUID) async throws -> Int {
        try await client.execute(
            """
            WITH gone AS (DELETE FROM workers WHERE owner = \(owner))
            UPDATE certifications
            SET status = 'QUEUED', lease_owner = NULL, lease_expires_at = NULL, request_expires_at = NULL
            WHERE status = 'PROCESSING' AND lease_owner = \(owner)
            """)
    }

    /// Forgets workers that gave no sign of life for that long.
    package func forgetWorkers(silentFor silence: Duration) async throws {
        try await client.execute(
            "DELETE FROM workers WHERE heartbeat_at < clock_timestamp() - \(silence)::interval")
    }

    /// Common table expressions that register the worker or note its sign of life; for the beginning of a `WITH`.
    ///
    /// Waits for no other heartbeat of the same worker, as one that hangs must not hold up the next.
    static func noting(_ heartbeat: WorkerHeartbeat) -> SQLStatement {
        let worker = heartbeat.worker
        return """
            registered AS (
                INSERT INTO workers (owner, service, host, pid, version, lanes, concurrency, started_at, heartbeat_at,
                                     clock_skew, resident_bytes)
                VALUES (\(worker.owner), \(worker.service), \(worker.host), \(worker.processID), \(worker.version),
                        \(worker.lanes.map(\.rawValue)), \(worker.concurrency), clock_timestamp(), clock_timestamp(),
                        \(heartbeat.now)::timestamptz - clock_timestamp(), \(heartbeat.residentBytes))
                ON CONFLICT (owner) DO NOTHING
            ), known AS (
                SELECT owner FROM workers WHERE owner = \(worker.owner) FOR NO KEY UPDATE SKIP LOCKED
            ), noted AS (
                UPDATE workers
                SET heartbeat_at = clock_timestamp(), clock_skew = \(heartbeat.now)::timestamptz - clock_timestamp(),
                    resident_bytes = \(heartbeat.residentBytes)
                FROM known WHERE workers.owner = known.owner
            ),
            """
    }
}
