import Certification
package import Contracts
package import Foundation
package import Messaging
import MessagingPostgres
import Postgres

extension CertificationStore {
    /// Claims a certification for a processor, unless it has ended or another holds it.
    ///
    /// Decides by what it reads and writes only if that still holds, so that of two claims at once one wins and the other
    /// decides again.
    ///
    /// The attempt that begins is the message's. The lease belongs to `owner`, the process, and runs from now by the
    /// database's clock. A certification over which two workers died is claimed only with `mayTakeSuspect`. With an
    /// `admission` it begins only when the downstream's limits and breakers let it.
    package func claim(
        _ id: CertificationID, of message: IncomingMessage, owner: UUID, leaseDuration: Duration,
        mayTakeSuspect: Bool, admission: AdmissionPolicy? = nil, now: Date
    ) async throws -> ClaimOutcome {
        try await announcing { connection in
            while true {
                guard let row = try await claimRow(id, message: message, on: connection) else { return (.unknown, []) }
                let step = ClaimStep(
                    row: row, message: message, owner: owner, leaseDuration: leaseDuration,
                    mayTakeSuspect: mayTakeSuspect, admission: admission, now: now)
                if let done = try await perform(step, on: connection) { return done }
            }
        }
    }

    /// - Returns: nil when the row changed meanwhile and the decision must be made again.
    private func perform(
        _ step: ClaimStep, on connection: PostgresConnection
    ) async throws -> (ClaimOutcome, [OutgoingMessage])? {
        let decision = ClaimDecision(
            step.row.view, attempt: step.message.attempt, mayTakeSuspect: step.mayTakeSuspect)
        switch decision {
        case .take(let afterDeath):
            let ticket = try await admit(step, on: connection)
            if case .superseded = ticket { return (.superseded, []) }
            if case .wait(let deferral) = ticket {
                return try await putOff(step, deferral, afterDeath: afterDeath, on: connection)
                    .map { (.deferred(until: $0, because: deferral.because), []) }
            }
            return try await take(step, afterDeath: afterDeath, with: ticket, on: connection)
                .map { (.claimed($0), []) }
        case .wait(let remaining):
            return (.heldByOther(remaining), [])
        case .leaveSuspect:
            try await noteArrival(step.row.id, on: connection)
            return (.suspect, [])
        case .finished(let status):
            try await recordHandled(step.message, on: connection)
            return (.finished(status), [])
        case .superseded:
            return (.superseded, [])
        case .cancel:
            return try await end(step, status: .cancelled, reason: .cancelled, on: connection).map { (.cancelled, $0) }
        case .giveUp:
            return try await quarantine(step, on: connection).map { (.quarantined, $0) }
        }
    }

    /// That the request has come proves that it is not lost, however long it goes round before the suspect's turn.
    private func noteArrival(_ id: CertificationID, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            UPDATE certifications SET request_expires_at = NULL
            WHERE id = \(id.rawValue) AND status IN ('QUEUED', 'RETRYING') AND request_expires_at IS NOT NULL
            """)
    }

    private func quarantine(
        _ step: ClaimStep, on connection: PostgresConnection
    ) async throws -> [OutgoingMessage]? {
        let reason = try await quarantineReason(after: step.row.death, on: connection)
        guard let events = try await end(step, status: .inconclusive, reason: reason, on: connection) else {
            return nil
        }
        if step.row.view.hasDeadWorker { try await countDeath(step.row.death, on: connection) }
        let cause = DeadLetterCause(.workerDied, error: reason.text)
        return events + [deadLetter(step.message, cause, now: step.now)]
    }

    private func take(
        _ step: ClaimStep, afterDeath: Bool, with ticket: AdmissionTicket, on connection: PostgresConnection
    ) async throws -> Claim? {
        let row = step.row
        // Downstream, job, certification: in one round trip, in the order of the locks.
        let before = ticket.charges + (row.view.jobStatus == .queued ? [row.startingJob(at: step.now)] : [])
        let rows = try await connection.pipeline(
            before + [
                """
                UPDATE certifications
                SET status = 'PROCESSING', fence = fence + 1, attempts = \(step.message.attempt),
                    lease_owner = \(step.owner), leased_at = clock_timestamp(),
                    lease_expires_at = clock_timestamp() + \(step.leaseDuration)::interval,
                    started_at = COALESCE(started_at, \(step.now)), next_attempt_at = NULL,
                    deferred_until = NULL, deferred_because = NULL, admitted_at = NULL
                WHERE \(fragment: row.isUnchanged) RETURNING fence
                """,
                Self.selectResults(of: row.id),
            ]
        ).suffix(2)
        guard let fence = try rows.first?.first?.decode(Int.self, "fence") else { return nil }
        if afterDeath { try await countDeath(row.death, on: connection) }
        if row.hasBudget {
            try await Self.chargeReservations("r.certification_id = \(row.id.rawValue)", on: connection)
        }
        return Claim(
            certificationID: row.id, jobID: row.jobID, target: row.target, suite: row.suite, lane: row.lane,
            attempt: step.message.attempt, fence: fence, runID: RunID(), startedAt: step.now,
            results: try rows.last?.map { try $0.testResult() } ?? [], workerDeaths: row.view.deaths,
            isAfterDeath: afterDeath,
            message: step.message, isProbe: ticket.isProbe, throttleDeferrals: row.throttleDeferrals,
            throttledSince: row.throttledSince, price: row.price, hasBudget: row.hasBudget)
    }

    private func end(
        _ step: ClaimStep, status: CertificationStatus, reason: Reason, on connection: PostgresConnection
    ) async throws -> [OutgoingMessage]? {
        guard let job = try await LockedJob.lock(step.row.jobID, on: connection) else {
            throw MissingJob(id: step.row.jobID)
        }
        guard
            let ended = try await endWithoutRun(
                step.row.isUnchanged, status: status, reason: reason, job: job, now: step.now, on: connection)
        else { return nil }
        try await recordHandled(step.message, on: connection)
        return ended
    }

    private func claimRow(
        _ id: CertificationID, message: IncomingMessage, on connection: PostgresConnection
    ) async throws -> ClaimRow? {
        let rows = try await connection.pipeline([
            """
            SELECT c.id, c.job_id, c.provider, c.model, c.region, c.profile, c.status, c.attempts, c.worker_deaths, c.fence,
                   c.lease_owner, \(fragment: Self.isOwnerExcused) AS is_owner_excused,
                   c.request_id, c.deferred_until, c.deferred_because, c.admitted_at, c.throttle_deferrals,
                   c.throttled_since, COALESCE(c.deferred_until > clock_timestamp(), false) AS is_deferred,
                   EXTRACT(EPOCH FROM c.lease_expires_at - clock_timestamp())::float8 AS lease_remaining,
                   c.price, EXISTS (SELECT FROM job_budgets WHERE job_id = c.job_id) AS has_budget,
                   jobs.suite, jobs.lane, jobs.status AS job_status, jobs.cancelled_at IS NOT NULL AS job_cancelled
            FROM certifications AS c JOIN jobs ON jobs.id = c.job_id WHERE c.id = \(id.rawValue)
            """, selectHandled(message),
        ])
        return try rows[0].first.map { try ClaimRow($0, isHandled: !rows[1].isEmpty) }
    }
}

/// A claim under way.
struct ClaimStep: Sendable {
    var row: ClaimRow
    var message: IncomingMessage
    var owner: UUID
    var leaseDuration: Duration
    var mayTakeSuspect: Bool
    var admission: AdmissionPolicy?
    var now: Date
}

/// A certification's row as a claim read it.
struct ClaimRow: Sendable {
    var id: CertificationID
    var jobID: JobID
    var target: Target
    var suite: SuiteID
    var lane: Lane
    var fence: Int
    var leaseOwner: UUID?
    var view: ClaimView
    var deferral: StoredDeferral
    var throttleDeferrals: Int
    var throttledSince: Date?
    var price: AppliedPrice?
    var hasBudget: Bool

    init(_ row: PostgresRow, isHandled: Bool) throws {
        id = try row.identifier("id")
        jobID = try row.identifier("job_id")
        target = try row.target()
        suite = try row.name("suite")
        lane = try row.name("lane")
        fence = try row.decode(Int.self, "fence")
        leaseOwner = try row.decodeIfPresent(UUID.self, "lease_owner")
        deferral = try StoredDeferral(row)
        throttleDeferrals = try row.decode(Int.self, "throttle_deferrals")
        throttledSince = try row.decodeIfPresent(Date.self, "throttled_since")
        price = try row.decodeIfPresent(JSONB<AppliedPrice>.self, "price")?.value
        hasBudget = try row.decode(Bool.self, "has_budget")
        view = ClaimView(
            status: try row.name("status"), attempts: try row.decode(Int.self, "attempts"),
            workerDeaths: try row.decode(Int.self, "worker_deaths"),
            leaseRemaining: try row.decodeIfPresent(Double.self, "lease_remaining").map { .seconds($0) },
            jobStatus: try row.name("job_status"), isJobCancelled: try row.decode(Bool.self, "job_cancelled"),
            isHandled: isHandled, isOwnerExcused: try row.decode(Bool.self, "is_owner_excused"))
    }

    var death: WorkerDeath { WorkerDeath(certificationID: id, fence: fence, owner: leaseOwner) }

    func startingJob(at now: Date) -> SQLStatement {
        """
        UPDATE jobs SET status = 'PROCESSING', started_at = \(now)
        WHERE id = \(jobID.rawValue) AND status = 'QUEUED'
        """
    }

    /// Holds while nobody else has changed what the decision rests on.
    var isUnchanged: SQLStatement {
        """
        id = \(id.rawValue) AND fence = \(fence) AND status = \(view.status.rawValue) AND attempts = \(view.attempts)
            AND request_id IS NOT DISTINCT FROM \(deferral.requestID)
            AND (status <> 'PROCESSING' OR lease_expires_at IS NULL OR lease_expires_at <= clock_timestamp())
        """
    }
}
