package import Contracts
package import Foundation
import Logging
import Messaging
import Postgres

/// What a sweep did to a certification.
package enum SweepAction: Sendable, Hashable {
    /// Its worker had died; it waits for another.
    case requeued
    /// Its lease had run out while its worker lived or the database was down; it waits for a worker.
    case givenBack
    /// The third worker had died over it; it has ended.
    case quarantined
    /// It has ended.
    case ended(CertificationStatus)
}

extension CertificationStore {
    /// Takes up certifications whose worker died and whose message did not come again: they are queued once more, or end
    /// when their job was cancelled or their workers keep dying.
    ///
    /// Safe with several processes at once: each row is changed only as it was found, under its job's lock. The lease must
    /// have run out at least `grace` ago by the database's clock. At most `limit` are taken up, from 1.
    package func requeueAbandoned(
        leaseExpiredFor grace: Duration, limit: Int = 200, now: Date
    ) async throws -> [CertificationID: SweepAction] {
        let rows = try await client.query(
            """
            SELECT \(fragment: SweptCertification.columns) FROM certifications AS c
            WHERE status = 'PROCESSING' AND lease_expires_at < clock_timestamp() - \(grace)::interval
            ORDER BY lease_expires_at LIMIT \(limit)
            """)
        return try await sweep(rows) { found, job, connection in
            let unchanged: SQLStatement = """
                id = \(found.id.rawValue) AND fence = \(found.fence) AND status = 'PROCESSING'
                    AND lease_expires_at < clock_timestamp()
                """
            if job.cancelledAt != nil {
                return try await endWithoutRun(
                    unchanged, status: .cancelled, reason: .cancelled, job: job, now: now, on: connection
                ).map { (.ended(.cancelled), $0) }
            }
            let request = try found.request(in: job, now: now)
            if !found.isOwnerExcused, found.workerDeaths + 1 >= ClaimDecision.deathLimit {
                let reason = try await quarantineReason(after: found.death, on: connection)
                let letter = deadLetter(
                    IncomingMessage(lost: request, from: .requests(job.lane)),
                    DeadLetterCause(.workerDied, error: reason.text), now: now)
                let events = try await endWithoutRun(
                    unchanged, status: .inconclusive, reason: reason, job: job, now: now, on: connection)
                guard let events else { return nil }
                try await countDeath(found.death, on: connection)
                return (.quarantined, events + [letter])
            }
            guard try await requeue(unchanged, with: request, on: connection) else { return nil }
            if found.isOwnerExcused { return (.givenBack, [request]) }
            try await countDeath(found.death, on: connection)
            return (.requeued, [request])
        }
    }

    /// What time it is by the database's clock, the only one that all processes share.
    package func databaseTime() async throws -> Date {
        guard let row = try await client.query("SELECT clock_timestamp() AS now").first else { return Date() }
        return try row.decode("now")
    }

    /// Ends certifications whose request was lost: it has been gone from the outbox for longer than a queue keeps it. At
    /// most `limit`, from 1.
    package func endExpired(limit: Int = 200, now: Date) async throws -> [CertificationID: SweepAction] {
        try await noteDepartedRequests(now: now)
        let rows = try await client.query(
            """
            SELECT \(fragment: SweptCertification.columns) FROM certifications AS c
            WHERE status IN ('QUEUED', 'RETRYING') AND request_expires_at < \(now)
                AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = request_id)
            ORDER BY request_expires_at LIMIT \(limit)
            """)
        return try await sweep(rows) { found, job, connection in
            let unchanged: SQLStatement = """
                id = \(found.id.rawValue) AND fence = \(found.fence) AND status IN ('QUEUED', 'RETRYING')
                    AND request_expires_at < \(now) AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = request_id)
                """
            return try await endWithoutRun(
                unchanged, status: .inconclusive, reason: .expired, job: job, now: now, on: connection
            ).map { (.ended(.inconclusive), $0) }
        }
    }

    /// Starts the time of requests that have left the outbox: only then they can expire, however long the relay needed.
    ///
    /// What has not been dispatched has no request that could be lost. Rows that another transaction is changing are left
    /// to the next sweep, so that this one never waits while it holds others.
    private func noteDepartedRequests(now: Date) async throws {
        try await client.execute(
            """
            UPDATE certifications SET request_expires_at = \(now.addingTimeInterval(Self.requestLifetime))
            WHERE id = ANY (ARRAY(
                SELECT id FROM certifications AS waiting
                WHERE status IN ('QUEUED', 'RETRYING') AND request_expires_at IS NULL AND request_id IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = waiting.request_id)
                LIMIT 10000 FOR NO KEY UPDATE SKIP LOCKED))
            """)
    }

    /// Does `action` to each certification found, in a transaction of its own under its job's lock. The action returns nil
    /// when somebody else was faster. A certification that cannot be dealt with does not keep the others waiting.
    private func sweep(
        _ rows: [PostgresRow],
        action: (SweptCertification, LockedJob, PostgresConnection) async throws -> (SweepAction, [OutgoingMessage])?
    ) async throws -> [CertificationID: SweepAction] {
        var actions: [CertificationID: SweepAction] = [:]
        for row in rows {
            let found = try SweptCertification(row)
            do {
                actions[found.id] = try await announcing { connection in
                    guard let job = try await LockedJob.lock(found.jobID, on: connection),
                        let (action, messages) = try await action(found, job, connection)
                    else { return (nil, []) }
                    return (action, messages)
                }
            } catch  where !Task.isCancelled && (error as? PostgresError)?.isConnectionTrouble != true {
                logger.warning(
                    "A certification could not be swept up",
                    metadata: ["certificationId": "\(found.id)", "error": "\(error)"])
            }
        }
        return actions
    }

    /// - Returns: false when the condition does not hold any more.
    private func requeue(
        _ unchanged: SQLStatement, with request: OutgoingMessage, on connection: PostgresConnection
    ) async throws -> Bool {
        try await connection.execute(
            """
            UPDATE certifications
            SET status = 'QUEUED', lease_owner = NULL, lease_expires_at = NULL, request_id = \(request.id.rawValue),
                request_expires_at = NULL
            WHERE \(fragment: unchanged)
            """) == 1
    }
}

/// A certification that a sweep found, as it was then.
private struct SweptCertification: Sendable {
    var id: CertificationID
    var jobID: JobID
    var target: Target
    var attempts: Int
    var fence: Int
    var workerDeaths: Int
    var leaseOwner: UUID?
    var isOwnerExcused: Bool

    static var columns: SQLStatement {
        """
        id, job_id, provider, model, region, profile, attempts, fence, worker_deaths, lease_owner,
        \(fragment: CertificationStore.isOwnerExcused) AS is_owner_excused
        """
    }

    var death: WorkerDeath { WorkerDeath(certificationID: id, fence: fence, owner: leaseOwner) }

    init(_ row: PostgresRow) throws {
        id = try row.identifier("id")
        jobID = try row.identifier("job_id")
        target = try row.target()
        attempts = try row.decode("attempts")
        fence = try row.decode("fence")
        workerDeaths = try row.decode("worker_deaths")
        leaseOwner = try row.decodeIfPresent("lease_owner")
        isOwnerExcused = try row.decode("is_owner_excused")
    }

    /// The request for the attempt that was begun, anew.
    func request(in job: LockedJob, now: Date) throws -> OutgoingMessage {
        let request = CertificationRequested(
            jobID: job.id, certificationID: id, target: target, suite: job.suite, lane: job.lane,
            requestedAt: job.createdAt)
        return try OutgoingMessage(request, attempt: attempts, trace: job.trace?.child(), now: now)
    }
}

extension IncomingMessage {
    /// A message that is not at hand any more, as the queue would deliver it.
    fileprivate init(lost message: OutgoingMessage, from queue: QueueName) {
        self.init(
            queue: queue, exchange: message.exchange, routingKey: message.routingKey, id: message.id,
            correlationID: message.correlationID, typeName: message.type.name,
            schemaVersion: message.type.schemaVersion, contentType: nil, appID: nil, timestamp: message.createdAt,
            attempt: message.attempt, trace: message.trace, redelivered: false, body: message.body, headers: [:])
    }
}
