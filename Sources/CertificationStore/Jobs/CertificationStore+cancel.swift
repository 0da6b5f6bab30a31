package import Contracts
package import Foundation
import Messaging
package import Postgres

extension CertificationStore {
    /// Cancels what of a job has not begun; what runs is stopped by its processor within seconds.
    ///
    /// May be repeated. The job ends, with its event, in this transaction or in the one that ends its last certification.
    /// `who`, the subject of the caller's token, is recorded with the first cancellation.
    package func cancel(_ id: JobID, by who: String, now: Date) async throws -> CancelOutcome {
        try await announcing { connection in
            guard var job = try await LockedJob.lock(id, on: connection) else { return (.notFound, []) }
            if job.status == .cancelled { return (.cancelled(try await record(of: job, on: connection)), []) }
            if job.status.isTerminal { return (.alreadyFinished(try await record(of: job, on: connection)), []) }
            if job.cancelledAt == nil {
                try await OperatorAction(who: who, action: "job.cancel", subject: "job=\(id)", detail: [:])
                    .record(on: connection)
            }
            job.cancelledAt = job.cancelledAt ?? now
            try await connection.execute(
                "UPDATE jobs SET cancelled_at = \(job.cancelledAt) WHERE id = \(id.rawValue)")
            let ended = try await cancelWaiting(of: job, now: now, on: connection)
            let finished = try await job.finishIfLast(now: now, on: connection)
            // Heard once this is committed, by all processors.
            try await connection.execute("SELECT pg_notify(\(cancellationChannel), \(id.description))")
            return (.cancelled(try await record(of: job, on: connection)), ended + finished)
        }
    }

    /// The ids of jobs whenever one is cancelled anywhere. An element whose payload is no id follows each (re)connect:
    /// any job may have been cancelled before. Ends with the consumer, or with the store's client.
    package func cancellations() -> AsyncStream<PostgresNotification> {
        client.listen(to: cancellationChannel)
    }

    private var cancellationChannel: String { "\(client.configuration.searchPath ?? Self.schema)_cancelled" }

    /// Ends what waits, and what has a worker that died.
    private func cancelWaiting(
        of job: LockedJob, now: Date, on connection: PostgresConnection
    ) async throws -> [OutgoingMessage] {
        let rows = try await connection.query(
            """
            UPDATE certifications AS c
            SET status = 'CANCELLED', reason_code = \(Reason.cancelled.code), reason = \(Reason.cancelled.text),
                finished_at = \(now), lease_owner = NULL, lease_expires_at = NULL, next_attempt_at = NULL
            WHERE job_id = \(job.id.rawValue)
                AND (status IN ('QUEUED', 'RETRYING')
                     OR status = 'PROCESSING' AND lease_expires_at <= clock_timestamp())
            RETURNING \(fragment: Self.certificationColumns)
            """)
        return try rows.map { row in
            let summary = try CertificationRecord(row).summary
            let event = CertificationFinished(jobID: job.id, certification: summary, finishedAt: now)
            return try OutgoingMessage(event, trace: job.trace?.child(), now: now)
        }
    }

    private func record(of job: LockedJob, on connection: PostgresConnection) async throws -> JobRecord {
        let rows = try await connection.query(Self.selectJobs("jobs.id = \(job.id.rawValue)"))
        guard let record = try rows.first.map(JobRecord.init) else { throw MissingJob(id: job.id) }
        return record
    }
}
