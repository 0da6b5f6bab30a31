package import Contracts
package import Foundation
import Postgres

extension CertificationStore {
    /// Fills up the windows of jobs that have targets which were never dispatched. Every ending dispatches its successor,
    /// so that there is something to do only after the window has been widened, or rows were changed by hand.
    ///
    /// Looks at `limit` jobs at most, from 1. Tells how many targets of which jobs were dispatched.
    package func fillDispatchWindows(limit: Int = 200, now: Date) async throws -> [JobID: Int] {
        let jobs: [JobID] = try await client.query(
            """
            SELECT id FROM jobs
            WHERE status IN ('QUEUED', 'PROCESSING') AND cancelled_at IS NULL AND EXISTS (
                    SELECT 1 FROM certifications
                    WHERE job_id = jobs.id AND status = 'QUEUED' AND request_id IS NULL)
                AND (SELECT count(*) FROM (
                    SELECT 1 FROM certifications
                    WHERE job_id = jobs.id AND status IN ('QUEUED', 'PROCESSING', 'RETRYING')
                        AND request_id IS NOT NULL
                    LIMIT \(dispatchWindow)) AS dispatched) < \(dispatchWindow)
            LIMIT \(limit)
            """
        ).map { try $0.identifier("id") }
        var dispatched: [JobID: Int] = [:]
        for job in jobs {
            let count = try await fillDispatchWindow(of: job, now: now)
            if count > 0 { dispatched[job] = count }
        }
        return dispatched
    }

    private func fillDispatchWindow(of id: JobID, now: Date) async throws -> Int {
        try await announcing { connection in
            guard let job = try await LockedJob.lock(id, on: connection), !job.status.isTerminal,
                job.cancelledAt == nil
            else { return (0, []) }
            let rows = try await connection.query(
                """
                SELECT count(*) AS number FROM certifications
                WHERE job_id = \(id.rawValue) AND status IN ('QUEUED', 'PROCESSING', 'RETRYING')
                    AND request_id IS NOT NULL
                """)
            let room = dispatchWindow - (try rows.first?.decode(Int.self, "number") ?? 0)
            guard room > 0 else { return (0, []) }
            let requests = try await job.dispatchNext(room, now: now, on: connection).requests
            return (requests.count, requests)
        }
    }
}
