package import Certificates
package import Certification
package import Contracts
package import Foundation
package import Messaging
import Postgres

/// What a finished attempt is recorded with beside its outcome.
package struct RunFacts: Sendable, Hashable {
    package var suiteVersion: Int
    /// The version of the program that ran it.
    package var softwareVersion: String
    /// What a certificate would rest on; nil issues none.
    package var terms: CertificateTerms?

    package init(suiteVersion: Int, softwareVersion: String, terms: CertificateTerms? = nil) {
        self.suiteVersion = suiteVersion
        self.softwareVersion = softwareVersion
        self.terms = terms
    }

    /// The verdict with the end that a certificate of it has.
    func limiting(_ verdict: Verdict, now: Date) -> Verdict {
        var verdict = verdict
        let expiry = terms.flatMap { CertificateExpiry.earliest(issuedAt: now, under: $0) }
        verdict.certifiedUntil = verdict.certifiedUntil.flatMap { _ in expiry?.date }
        return verdict
    }
}

extension CertificationStore {
    /// Ends a certification with its verdict: one transaction with the run, the inbox, the current pointer, the events,
    /// and the job's end when it was the job's last.
    ///
    /// May be repeated after an error: a verdict that was committed is recognised by its run. With a `cause` the request is
    /// dead-lettered in the same transaction.
    package func finish(
        _ claim: Claim, with verdict: Verdict, facts: RunFacts, deadLetter cause: DeadLetterCause? = nil, now: Date
    ) async throws -> WriteOutcome {
        let verdict = facts.limiting(verdict, now: now)
        let reason = verdict.reasonCode.map { Reason(code: $0, text: verdict.reason ?? $0, remedy: verdict.remedy) }
        let ending = RunEnding(status: verdict.status, verdict: verdict, reason: reason, facts: facts, now: now)
        let drift = try await drift(of: claim, to: verdict, now: now)
        let certificate = try await prepareCertificate(claim, ending)
        return try await announcing { connection in
            let job = try await lockedJob(of: claim, on: connection)
            return try await end(
                claim, ending, job: job, deadLetter: cause, certificate: certificate, drift: drift, on: connection)
        }
    }

    /// Ends a certification that cannot even be tried, for example because no provider serves the target, as `UNSUPPORTED`
    /// or `INCONCLUSIVE`. May be repeated after an error.
    package func finish(
        _ claim: Claim, untried status: CertificationStatus, because reason: Reason, facts: RunFacts, now: Date
    ) async throws -> WriteOutcome {
        let ending = RunEnding(status: status, verdict: nil, reason: reason, facts: facts, now: now)
        return try await announcing { connection in
            let job = try await lockedJob(of: claim, on: connection)
            return try await end(claim, ending, job: job, deadLetter: nil, on: connection)
        }
    }

    /// Ends a certification whose job was cancelled while it ran. May be repeated after an error.
    package func cancel(_ claim: Claim, facts: RunFacts, now: Date) async throws -> WriteOutcome {
        let ending = RunEnding(status: .cancelled, verdict: nil, reason: .cancelled, facts: facts, now: now)
        return try await announcing { connection in
            let job = try await lockedJob(of: claim, on: connection)
            return try await end(claim, ending, job: job, deadLetter: nil, on: connection)
        }
    }

    func end(
        _ claim: Claim, _ ending: RunEnding, job: LockedJob, deadLetter cause: DeadLetterCause?,
        certificate: PreparedCertificate? = nil, drift: Comparison? = nil, on connection: PostgresConnection
    ) async throws -> (WriteOutcome, [OutgoingMessage]) {
        guard let record = try await update(claim, ending, on: connection) else {
            return (try await outcomeOfEarlierWrite(claim, on: connection), [])
        }
        try await insertRun(claim, ending, on: connection)
        try await recordHandled(claim.message, on: connection)
        var messages = try events(of: record, trace: claim.trace?.child(), now: ending.now)
        if ending.status.isJudged, ending.reason?.isAboutTarget != false {
            let isNewest = try await pointCurrent(to: [claim.certificationID], on: connection) > 0
            messages += try await revokeIfEnded(claim, ending, target: record.target, on: connection)
            let issued = try await issueCertificate(
                certificate, claim, ending, isNewest: isNewest, on: connection)
            if let issued { messages.append(try OutgoingMessage(issued, trace: claim.trace?.child(), now: ending.now)) }
        }
        if let drift {
            messages.append(try await announce(drift, of: record, in: job, now: ending.now, on: connection))
        }
        if let cause { messages.append(deadLetter(claim.message, cause, now: ending.now)) }
        messages += try await job.finishIfLast(now: ending.now, on: connection)
        return (.recorded(ending.status), messages)
    }

    /// Waits for the job's row: before the certification's, as everywhere.
    func lockedJob(of claim: Claim, on connection: PostgresConnection) async throws -> LockedJob {
        guard let job = try await LockedJob.lock(claim.jobID, on: connection) else {
            throw MissingJob(id: claim.jobID)
        }
        return job
    }

    /// A write that finds its claim gone is either late, or the repetition of one whose commit succeeded unnoticed.
    func outcomeOfEarlierWrite(
        _ claim: Claim, on connection: PostgresConnection
    ) async throws -> WriteOutcome {
        let rows = try await connection.query("SELECT status FROM runs WHERE id = \(claim.runID.rawValue)")
        guard let row = rows.first else { return .stale }
        return .recorded(try row.name("status"))
    }

    func insertRun(_ claim: Claim, _ ending: RunEnding, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            INSERT INTO runs (id, certification_id, attempt, fence, status, suite, suite_version, rubric_version, verdict,
                              software_version, reason_code, reason, started_at, finished_at)
            VALUES (\(claim.runID.rawValue), \(claim.certificationID.rawValue), \(claim.attempt), \(claim.fence),
                    \(ending.status.rawValue), \(claim.suite.rawValue), \(ending.facts.suiteVersion),
                    \(ending.verdict?.rubricVersion), \(ending.verdict.map { JSONB(value: $0) }),
                    \(ending.facts.softwareVersion), \(ending.reason?.code), \(ending.reason?.text), \(claim.startedAt),
                    \(ending.now))
            """)
    }

    private func update(
        _ claim: Claim, _ ending: RunEnding, on connection: PostgresConnection
    ) async throws -> CertificationRecord? {
        let verdict = ending.verdict
        return try await connection.query(
            """
            UPDATE certifications AS c
            SET status = \(ending.status.rawValue), rating = \(ending.rating), badge = \(ending.badge?.rawValue),
                reason_code = \(ending.reason?.code), reason = \(ending.reason?.text), remedy = \(ending.reason?.remedy),
                certified_until = \(verdict?.certifiedUntil), finished_at = \(ending.now), lease_owner = NULL,
                lease_expires_at = NULL
            WHERE \(fragment: claim.isHeld) RETURNING \(fragment: Self.certificationColumns)
            """
        ).first.map(CertificationRecord.init)
    }

    private func events(of record: CertificationRecord, trace: TraceContext?, now: Date) throws -> [OutgoingMessage] {
        let finished = CertificationFinished(jobID: record.jobID, certification: record.summary, finishedAt: now)
        return [try OutgoingMessage(finished, trace: trace, now: now)]
    }
}

/// How an attempt ended, as its rows say it.
struct RunEnding: Sendable {
    var status: CertificationStatus
    var verdict: Verdict?
    var reason: Reason?
    var facts: RunFacts
    var now: Date

    /// As the rubric rates what could not even be called: zero.
    var rating: Double? { verdict?.rating ?? (status == .unsupported ? 0 : nil) }
    var badge: Badge? { verdict?.badge ?? (status == .unsupported ? .unavailable : nil) }
}
