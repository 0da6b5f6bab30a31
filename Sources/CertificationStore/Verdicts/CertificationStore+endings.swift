import Contracts
import Foundation
import Messaging
import Postgres

extension CertificationStore {
    /// Ends a certification that no attempt decided, if `condition` still holds for its row.
    ///
    /// - Returns: its event and, when it was the job's last, the job's; nil when the condition does not hold.
    func endWithoutRun(
        _ condition: SQLStatement, status: CertificationStatus, reason: Reason, job: LockedJob, now: Date,
        on connection: PostgresConnection
    ) async throws -> [OutgoingMessage]? {
        let rows = try await connection.query(
            """
            UPDATE certifications AS c
            SET status = \(status.rawValue), reason_code = \(reason.code), reason = \(reason.text),
                remedy = \(reason.remedy), finished_at = \(now), lease_owner = NULL, lease_expires_at = NULL,
                next_attempt_at = NULL
            WHERE \(fragment: condition) RETURNING \(fragment: Self.certificationColumns)
            """)
        guard let record = try rows.first.map(CertificationRecord.init) else { return nil }
        let event = CertificationFinished(jobID: job.id, certification: record.summary, finishedAt: now)
        let finished = try await job.finishIfLast(now: now, on: connection)
        return [try OutgoingMessage(event, trace: job.trace?.child(), now: now)] + finished
    }

    /// The dead letter of a request that is given up. Its id is new: the request's own is in the inbox, and may yet be in
    /// the outbox.
    func deadLetter(_ message: IncomingMessage, _ cause: DeadLetterCause, now: Date) -> OutgoingMessage {
        var letter = DeadLetter.message(for: message, cause: cause, now: now)
        letter.id = MessageID()
        return letter
    }

    /// Makes certifications their targets' current ones, unless a target has a later one already.
    ///
    /// Brings a row for each of them that is its target's current one now.
    static func pointingCurrent(to certifications: [CertificationID]) -> SQLStatement {
        // Sorted, so that two transactions never wait for each other's pointers.
        """
        INSERT INTO current_certifications AS pointer (provider, model, region, profile, certification_id)
        SELECT provider, model, region, profile, id FROM certifications
        WHERE id = ANY(\(certifications.map(\.rawValue))) ORDER BY provider, model, region, profile
        ON CONFLICT (provider, model, region, profile) DO UPDATE SET certification_id = excluded.certification_id
        -- A verdict that was committed while this one waited for the pointer has no end yet in this snapshot.
        WHERE COALESCE((SELECT finished_at FROM certifications WHERE id = pointer.certification_id), '-infinity')
            <= (SELECT finished_at FROM certifications WHERE id = excluded.certification_id)
        RETURNING 1 AS one
        """
    }
}
