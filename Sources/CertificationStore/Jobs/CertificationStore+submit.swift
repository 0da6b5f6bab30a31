import Certification
import Contracts
import Foundation
import Logging
import Messaging
import Postgres

extension CertificationStore {
    /// Stores a job, its certifications and the messages that start them in one transaction.
    ///
    /// Targets known to be unsupported end at once; a job of only such targets ends with them.
    ///
    /// - Throws: `PostgresError`. When the connection was lost during the commit, the job is looked up before giving up.
    package func submit(_ submission: JobSubmission) async throws -> SubmissionOutcome {
        let work = try SubmittedWork(submission, window: dispatchWindow)
        do {
            return try await announcing { try await store(submission, work, on: $0) }
        } catch let error as PostgresError where error.isConnectionTrouble {
            logger.warning(
                "The connection was lost while a job was stored; looking whether it was",
                metadata: ["jobId": "\(submission.id)", "error": "\(error)"])
            guard let record = try await job(submission.id) else { throw error }
            return .accepted(record)
        }
    }

    /// What `submit` would answer of a submission whose idempotency key is taken; nil when it would store a job.
    ///
    /// - Throws: `PostgresError`.
    package func earlierOutcome(of submission: JobSubmission) async throws -> SubmissionOutcome? {
        guard submission.idempotencyKey != nil else { return nil }
        return try await client.withConnection { connection in
            try await earlierSubmission(like: submission, on: connection)
        }
    }

    /// Stores a job as `submit` does, in the caller's transaction.
    ///
    /// - Returns: the messages that the caller has to put into the outbox, besides.
    func store(
        _ submission: JobSubmission, on connection: PostgresConnection
    ) async throws -> (SubmissionOutcome, [OutgoingMessage]) {
        try await store(submission, try SubmittedWork(submission, window: dispatchWindow), on: connection)
    }

    private func store(
        _ submission: JobSubmission, _ work: SubmittedWork, on connection: PostgresConnection
    ) async throws -> (SubmissionOutcome, [OutgoingMessage]) {
        guard try await insertJob(submission, on: connection) else {
            guard let earlier = try await earlierSubmission(like: submission, on: connection) else {
                throw MissingJob(id: submission.id)
            }
            return (earlier, [])
        }
        let reused = try await insertCertifications(of: submission, requests: work.requestIDs, on: connection)
        if let budget = submission.budget { try await insertBudget(budget, of: submission.id, on: connection) }
        let ending = try await endSettledTargets(
            of: submission, reused: reused, freeing: work.places(of: reused), on: connection)
        let rows = try await connection.query(Self.selectJobs("jobs.id = \(submission.id.rawValue)"))
        guard let record = try rows.first.map(JobRecord.init) else { throw MissingJob(id: submission.id) }
        return (.accepted(record), work.messages(without: reused) + ending)
    }

    /// - Returns: false when the idempotency key is taken.
    private func insertJob(_ submission: JobSubmission, on connection: PostgresConnection) async throws -> Bool {
        try await connection.execute(
            """
            INSERT INTO jobs (id, requested_by, idempotency_key, fingerprint, suite, lane, regions, notify, skipped,
                              traceparent, created_at, estimate)
            VALUES (\(submission.id.rawValue), \(submission.requestedBy), \(submission.idempotencyKey),
                    \(submission.fingerprint), \(submission.suite.rawValue), \(submission.lane.rawValue),
                    \(submission.regions.map(\.rawValue)), \(submission.notify), \(JSONB(value: submission.skipped)),
                    \(submission.trace.traceparent), \(submission.createdAt),
                    \(submission.estimate.map { JSONB(value: JobEstimate($0)) }))
            ON CONFLICT (requested_by, idempotency_key) DO NOTHING
            """) == 1
    }

    private func earlierSubmission(
        like submission: JobSubmission, on connection: PostgresConnection
    ) async throws -> SubmissionOutcome? {
        let condition: SQLStatement = """
            jobs.requested_by = \(submission.requestedBy) AND jobs.idempotency_key = \(submission.idempotencyKey)
            """
        let rows = try await connection.pipeline([
            Self.selectJobs(condition),
            "SELECT 1 AS same FROM jobs WHERE \(fragment: condition) AND fingerprint = \(submission.fingerprint)",
        ])
        guard let record = try rows[0].first.map(JobRecord.init) else { return nil }
        return rows[1].isEmpty ? .keyReused : .replayed(record)
    }

    /// - Returns: the records of those that a valid certificate stands for.
    private func insertCertifications(
        of submission: JobSubmission, requests: [UUID?], on connection: PostgresConnection
    ) async throws -> [CertificationRecord] {
        let targets = submission.targets
        let createdAt = submission.createdAt
        return try await connection.query(
            """
            WITH inserted AS (INSERT INTO certifications (
                id, job_id, provider, model, region, profile, model_name, status, badge, rating, reason_code, reason, remedy,
                request_id, price, queued_at, finished_at, certified_until, reused_from)
            SELECT submitted.id, \(submission.id.rawValue)::uuid, submitted.provider, submitted.model, submitted.region,
                   submitted.profile, submitted.model_name,
                   CASE WHEN submitted.reason_code IS NULL THEN COALESCE(valid.status, 'QUEUED') ELSE 'UNSUPPORTED' END,
                   CASE WHEN submitted.reason_code IS NULL THEN valid.badge ELSE 'UNAVAILABLE' END,
                   CASE WHEN submitted.reason_code IS NULL THEN valid.rating ELSE 0 END,
                   COALESCE(submitted.reason_code, valid.reason_code), COALESCE(submitted.reason, valid.reason),
                   COALESCE(submitted.remedy, valid.remedy), CASE WHEN valid.id IS NULL THEN submitted.request_id END,
                   CASE WHEN valid.id IS NULL THEN submitted.price END,
                   \(createdAt)::timestamptz,
                   CASE WHEN submitted.reason_code IS NOT NULL OR valid.id IS NOT NULL
                        THEN \(createdAt)::timestamptz END,
                   valid.certified_until, valid.id
            FROM \(fragment: Self.submitted(targets, requests: requests))
            LEFT JOIN LATERAL (\(fragment: Self.validCertification(for: submission))) AS valid ON true
            RETURNING *)
            SELECT \(fragment: Self.certificationColumns) FROM inserted AS c WHERE c.reused_from IS NOT NULL
            """
        ).map(CertificationRecord.init)
    }

    /// A submission's targets as rows that are called `submitted`.
    static func submitted(_ targets: [SubmittedTarget], requests: [UUID?]) -> SQLStatement {
        """
        unnest(\(targets.map(\.certificationID.rawValue))::uuid[],
               \(targets.map(\.target.provider.rawValue))::text[], \(targets.map(\.target.model.rawValue))::text[],
               \(targets.map(\.target.region.rawValue))::text[],
               \(targets.map(\.target.profile.rawValue))::text[], \(targets.map(\.modelName))::text[],
               \(targets.map(\.unsupported?.code))::text[], \(targets.map(\.unsupported?.text))::text[],
               \(targets.map(\.unsupported?.remedy))::text[], \(requests)::uuid[],
               \(targets.map { $0.price.map { JSONB(value: $0) } })::jsonb[],
               \(targets.map { $0.facts.map { JSONB(value: $0) } })::jsonb[])
            AS submitted (id, provider, model, region, profile, model_name, reason_code, reason, remedy, request_id,
                          price, facts)
        """
    }

    private func insertBudget(
        _ budget: JobBudget, of job: JobID, on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            INSERT INTO job_budgets (job_id, amount, tokens)
            VALUES (\(job.rawValue), \(budget.amount?.nanoDollars), \(budget.tokens))
            """)
    }

    /// Points the unsupported targets at their new certifications, and announces those that a valid certificate stands for.
    /// Their places in the window go to others; the job ends when it has none that waits.
    private func endSettledTargets(
        of submission: JobSubmission, reused: [CertificationRecord], freeing places: Int,
        on connection: PostgresConnection
    ) async throws -> [OutgoingMessage] {
        let unsupported = submission.targets.filter { $0.unsupported != nil }
        let pointed = unsupported.filter { $0.unsupported?.isAboutTarget == true }
        if !pointed.isEmpty {
            try await connection.execute(Self.pointingCurrent(to: pointed.map(\.certificationID)))
        }
        let announced = try reused.map { record in
            try OutgoingMessage(
                CertificationFinished(
                    jobID: submission.id, certification: record.summary, finishedAt: submission.createdAt),
                trace: submission.trace.child(), now: submission.createdAt)
        }
        let isAllSettled = unsupported.count + reused.count == submission.targets.count
        guard isAllSettled || !reused.isEmpty else { return announced }
        guard let job = try await LockedJob.lock(submission.id, on: connection) else {
            throw MissingJob(id: submission.id)
        }
        return announced
            + (try await job.finishIfLast(ended: places, now: submission.createdAt, on: connection))
    }
}

/// The messages of a submission: made once, so that a transaction that runs again writes the same ids.
private struct SubmittedWork {
    /// One for each target: the id of its request; nil for an unsupported one, and for one beyond the window, which is
    /// dispatched when another of the job has ended.
    var requestIDs: [UUID?] = []
    private var messages: [OutgoingMessage] = []
    private var requests: [CertificationID: MessageID] = [:]

    init(_ submission: JobSubmission, window: Int) throws {
        let now = submission.createdAt
        let accepted = JobAccepted(
            jobID: submission.id, suite: submission.suite, lane: submission.lane,
            targetCount: submission.targets.count, requestedBy: submission.requestedBy, acceptedAt: now)
        messages.append(try OutgoingMessage(accepted, trace: submission.trace, now: now))
        var room = window
        for target in submission.targets {
            var request: OutgoingMessage?
            if let reason = target.unsupported {
                messages.append(try Self.ending(of: target, reason: reason, in: submission))
            } else if room > 0 {
                request = try Self.request(for: target, in: submission)
                room -= 1
            }
            requestIDs.append(request?.id.rawValue)
            if let request {
                messages.append(request)
                requests[target.certificationID] = request.id
            }
        }
    }

    /// How many of these targets had a place in the window.
    func places(of settled: [CertificationRecord]) -> Int { settled.count { requests[$0.id] != nil } }

    /// All but the requests of targets that need no certification.
    func messages(without settled: [CertificationRecord]) -> [OutgoingMessage] {
        guard !settled.isEmpty else { return messages }
        let dropped = Set(settled.compactMap { requests[$0.id] })
        return messages.filter { !dropped.contains($0.id) }
    }

    private static func request(for target: SubmittedTarget, in submission: JobSubmission) throws -> OutgoingMessage {
        let request = CertificationRequested(
            jobID: submission.id, certificationID: target.certificationID, target: target.target,
            suite: submission.suite, lane: submission.lane, requestedAt: submission.createdAt)
        return try OutgoingMessage(request, trace: submission.trace, now: submission.createdAt)
    }

    private static func ending(
        of target: SubmittedTarget, reason: Reason, in submission: JobSubmission
    ) throws -> OutgoingMessage {
        let summary = CertificationSummary(
            certificationID: target.certificationID, target: target.target, modelName: target.modelName,
            status: .unsupported, rating: 0, badge: .unavailable, reasonCode: reason.code, reason: reason.text,
            remedy: reason.remedy, attempts: 0, certifiedUntil: nil)
        let finished = CertificationFinished(
            jobID: submission.id, certification: summary, finishedAt: submission.createdAt)
        return try OutgoingMessage(finished, trace: submission.trace, now: submission.createdAt)
    }
}

/// A job that this transaction wrote or saw is not there: its row was deleted by hand.
struct MissingJob: Error, CustomStringConvertible {
    let id: JobID

    var description: String { "the job \(id) is missing" }
}
