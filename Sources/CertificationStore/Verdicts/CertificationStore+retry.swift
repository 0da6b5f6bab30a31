import Contracts
package import Foundation
import Messaging
import MessagingPostgres
import Postgres

/// How an attempt that brought no verdict counts.
package enum AttemptCounting: Sendable, Hashable {
    case counted
    /// It does not: the next one has its number. With what it waits for, in a few words.
    case putOff(String)
}

extension CertificationStore {
    /// Ends an attempt that brought no verdict and schedules the next: one transaction with the run, the inbox and the
    /// request, which is published when it falls due. When the job was cancelled meanwhile, the certification ends instead.
    ///
    /// May be repeated after an error. `reason` says why another attempt is needed. An attempt that was only
    /// throttled, or that could not begin, need not be counted.
    package func retry(
        _ claim: Claim, because reason: Reason, at due: Date, counting: AttemptCounting = .counted, facts: RunFacts,
        now: Date
    ) async throws -> WriteOutcome {
        try await announcing { connection in
            let job = try await lockedJob(of: claim, on: connection)
            guard job.cancelledAt == nil else {
                let ending = RunEnding(status: .cancelled, verdict: nil, reason: .cancelled, facts: facts, now: now)
                return try await end(claim, ending, deadLetter: nil, on: connection)
            }
            let ending = RunEnding(status: .retrying, verdict: nil, reason: reason, facts: facts, now: now)
            return (try await schedule(claim, ending, job: job, due: due, counting: counting, on: connection), [])
        }
    }

    private func schedule(
        _ claim: Claim, _ ending: RunEnding, job: LockedJob, due: Date, counting: AttemptCounting,
        on connection: PostgresConnection
    ) async throws -> WriteOutcome {
        let request = CertificationRequested(
            jobID: job.id, certificationID: claim.certificationID, target: claim.target, suite: job.suite,
            lane: job.lane, requestedAt: job.createdAt)
        var message = try OutgoingMessage(
            request, attempt: counting == .counted ? claim.attempt + 1 : claim.attempt, trace: claim.trace?.child(),
            now: ending.now)
        message.extraHeaders[MessageHeader.replay] = claim.message.replayItem?.description
        let changed = try await connection.query(
            """
            WITH ended AS (
            UPDATE certifications
            SET status = 'RETRYING', next_attempt_at = \(due), reason_code = \(ending.reason?.code),
                reason = \(ending.reason?.text), lease_owner = NULL, lease_expires_at = NULL,
                request_id = \(message.id.rawValue), request_expires_at = NULL
                \(fragment: Self.uncounting(claim, due: due, counting, ending))
            WHERE \(fragment: claim.isHeld) RETURNING id
            ), run AS (\(fragment: insertRun(claim, ending, from: "ended")))
            \(fragment: recordingHandled(claim.message, if: "EXISTS (SELECT FROM ended)"))
            SELECT id FROM ended
            """)
        guard !changed.isEmpty else { return try await outcomeOfEarlierWrite(claim, on: connection) }
        try await outbox.insert([message], notBefore: due, on: connection)
        return .recorded(.retrying)
    }

    /// What takes an attempt back that does not count.
    private static func uncounting(
        _ claim: Claim, due: Date, _ counting: AttemptCounting, _ ending: RunEnding
    ) -> SQLStatement {
        guard case .putOff(let because) = counting else { return "" }
        return """
            , attempts = \(claim.attempt - 1), throttle_deferrals = throttle_deferrals + 1,
            throttled_since = COALESCE(throttled_since, \(ending.now)), deferred_until = \(due),
            deferred_because = \(because)
            """
    }
}
