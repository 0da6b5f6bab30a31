import Certification
import Contracts
import Foundation
import Messaging
import Postgres

/// A job's row while this transaction has it locked: nothing else can end the job meanwhile.
struct LockedJob: Sendable {
    var id: JobID
    var status: JobStatus
    var suite: SuiteID
    var lane: Lane
    var requestedBy: String
    var notify: [String]
    var skipped: [SkippedTarget]
    var createdAt: Date
    var cancelledAt: Date?
    var trace: TraceContext?
}

extension LockedJob {
    /// Waits for the job's row and locks it until the end of the transaction; nil when there is no such job.
    static func lock(_ id: JobID, on connection: PostgresConnection) async throws -> LockedJob? {
        try await lock([id], on: connection).first
    }

    /// Locks several jobs, those that there are: in the order of their ids, so that two transactions never wait for each
    /// other's.
    static func lock(_ ids: [JobID], on connection: PostgresConnection) async throws -> [LockedJob] {
        try await connection.query(select(ids)).map(LockedJob.init)
    }

    static func select(_ ids: [JobID]) -> SQLStatement {
        """
        SELECT id, status, suite, lane, requested_by, notify, skipped, created_at, cancelled_at,
               traceparent
        FROM jobs WHERE id = ANY (\(ids.map(\.rawValue))) ORDER BY id FOR NO KEY UPDATE
        """
    }

    /// After one of its certifications has ended: ends the job when none is unfinished, else dispatches the next one
    /// that has not been dispatched yet.
    ///
    /// Having the lock is what makes this exact: of several transactions that each end a certification, only the last
    /// to get the lock finds nothing unfinished, and none dispatches what another has.
    ///
    /// - Parameters:
    ///   - statements: what is to be executed before, in the same round trip.
    ///   - ended: how many of its certifications have ended in this transaction.
    ///   - now: when.
    ///   - connection: within the transaction that has the lock.
    /// - Returns: the job's event, or the next target's request; nothing when all that is left is under way.
    /// - Throws: what the database says.
    func finishIfLast(
        after statements: [SQLStatement] = [], ended: Int = 1, now: Date, on connection: PostgresConnection
    ) async throws -> [OutgoingMessage] {
        guard !status.isTerminal else {
            try await connection.pipeline(statements)
            return []
        }
        let dispatch = try await dispatchNext(
            cancelledAt == nil ? ended : 0, after: statements, now: now, on: connection)
        guard !dispatch.hasUnfinished else { return dispatch.requests }
        let rows = try await connection.pipeline([
            CertificationStore.charging("r.job_id = \(id.rawValue)"),
            """
            SELECT array_agg(status) AS statuses, array_agg(number) AS numbers
            FROM (
                SELECT status, count(*) AS number FROM certifications WHERE job_id = \(id.rawValue) GROUP BY status
            ) AS counts
            """,
            CertificationStore.selectCertifications(of: id, limit: JobFinished.listedCertificationsLimit),
            "SELECT \(fragment: Spending.columns) FROM claim_costs WHERE job_id = \(id.rawValue)",
            "SELECT \(fragment: BudgetRecord.columns) FROM job_budgets WHERE job_id = \(id.rawValue)",
            """
            SELECT DISTINCT ON (r.certification_id) r.certification_id, r.verdict->'topFailures' AS failures
            FROM runs AS r JOIN certifications AS c ON c.id = r.certification_id
            WHERE c.job_id = \(id.rawValue) AND c.reason_code IS NOT NULL AND r.verdict IS NOT NULL
            ORDER BY r.certification_id, r.finished_at DESC
            """,
        ])
        let counts = try rows[1].first?.counts(of: CertificationStatus.self) ?? [:]
        let ending = JobStatus.ending(with: counts, cancelled: cancelledAt != nil)
        try await connection.execute(
            "UPDATE jobs SET status = \(ending.rawValue), finished_at = \(now) WHERE id = \(id.rawValue)")
        var event = JobFinished(
            jobID: id, status: ending, suite: suite, requestedBy: requestedBy, notify: notify, requestedAt: createdAt,
            finishedAt: now, counts: Dictionary(uniqueKeysWithValues: counts.map { ($0.rawValue, $1) }),
            certifications: try Self.summaries(rows[2], failures: rows[5]), skipped: skipped)
        event.cost = try rows[3].first.flatMap { try Spending(ifAny: $0) }.map(CostSummary.init)
        event.budget = try rows[4].first.flatMap { try BudgetRecord($0) }.map(BudgetSummary.init)
        return [try OutgoingMessage(event, trace: trace?.child(), now: now)]
    }

    private static func summaries(
        _ rows: [PostgresRow], failures: [PostgresRow]
    ) throws -> [CertificationSummary] {
        let failures: [CertificationID: [TestFailure]] = Dictionary(
            try failures.map { row in
                let failures = try row.decode(JSONB<[Verdict.Failure]>.self, "failures").value
                    .prefix(TestFailure.limit)
                return (try row.identifier("certification_id"), failures.map { TestFailure($0) })
            }, uniquingKeysWith: { first, _ in first })
        return try rows.map { row in
            var summary = try CertificationRecord(row).summary
            summary.failures = failures[summary.certificationID]
            return summary
        }
    }

    init(_ row: PostgresRow) throws {
        id = try row.identifier("id")
        status = try row.name("status")
        suite = try row.name("suite")
        lane = try row.name("lane")
        requestedBy = try row.decode(String.self, "requested_by")
        notify = try row.decode([String].self, "notify")
        skipped = try row.decode(JSONB<[SkippedTarget]>.self, "skipped").value
        createdAt = try row.decode(Date.self, "created_at")
        cancelledAt = try row.decodeIfPresent(Date.self, "cancelled_at")
        trace = try row.decodeIfPresent(String.self, "traceparent").flatMap { TraceContext(traceparent: $0) }
    }
}

extension TestFailure {
    fileprivate init(_ failure: Verdict.Failure) {
        self.init(test: failure.test, outcome: failure.outcome.rawValue, explanation: failure.explanation)
    }
}
