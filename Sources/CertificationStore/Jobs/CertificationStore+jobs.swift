import Certification
package import Contracts
import Foundation
import Postgres

extension CertificationStore {
    /// The job, or nil when there is none of that id.
    package func job(_ id: JobID) async throws -> JobRecord? {
        try await client.query(Self.selectJobs("jobs.id = \(id.rawValue)")).first.map(JobRecord.init)
    }

    /// Lists at most `limit` jobs, from 1, newest first. The page starts after `cursor`; nil asks for the first page.
    package func jobs(matching filter: JobFilter, after cursor: JobCursor?, limit: Int) async throws -> [JobRecord] {
        var condition: SQLStatement = "true"
        if let status = filter.status {
            condition = "\(fragment: condition) AND jobs.status = \(status.rawValue)"
        }
        if let requestedBy = filter.requestedBy {
            condition = "\(fragment: condition) AND jobs.requested_by = \(requestedBy)"
        }
        if let createdSince = filter.createdSince {
            condition = "\(fragment: condition) AND jobs.created_at >= \(createdSince)"
        }
        if let cursor {
            condition = """
                \(fragment: condition) AND (jobs.created_at, jobs.id)
                    < (SELECT created_at, id FROM jobs WHERE id = \(cursor.last.rawValue))
                """
        }
        let rows = try await client.query(
            "\(fragment: Self.selectJobs(condition)) ORDER BY jobs.created_at DESC, jobs.id DESC LIMIT \(limit)")
        return try rows.map(JobRecord.init)
    }

    static func selectJobs(_ condition: SQLStatement) -> SQLStatement {
        """
        SELECT jobs.id, jobs.status, jobs.requested_by, jobs.suite, jobs.lane, jobs.regions, jobs.notify,
               jobs.skipped, jobs.created_at, jobs.started_at, jobs.finished_at, jobs.cancelled_at,
               jobs.traceparent, counted.statuses, counted.numbers, jobs.estimate, costs.spending,
               \(fragment: BudgetRecord.columns)
        FROM jobs LEFT JOIN job_budgets ON job_budgets.job_id = jobs.id, LATERAL (
            SELECT array_agg(status) AS statuses, array_agg(number) AS numbers
            FROM (SELECT status, count(*) AS number FROM certifications WHERE job_id = jobs.id GROUP BY status) AS counts
        ) AS counted, LATERAL (
            SELECT \(fragment: Spending.columns) FROM claim_costs WHERE claim_costs.job_id = jobs.id
        ) AS costs
        WHERE \(fragment: condition)
        """
    }
}

extension JobRecord {
    init(_ row: PostgresRow) throws {
        id = try row.identifier("id")
        status = try row.name("status")
        requestedBy = try row.decode(String.self, "requested_by")
        suite = try row.name("suite")
        lane = try row.name("lane")
        regions = try row.decode([String].self, "regions").map { Region($0) }
        notify = try row.decode([String].self, "notify")
        skipped = try row.decode(JSONB<[SkippedTarget]>.self, "skipped").value
        createdAt = try row.decode(Date.self, "created_at")
        startedAt = try row.decodeIfPresent(Date.self, "started_at")
        finishedAt = try row.decodeIfPresent(Date.self, "finished_at")
        cancelledAt = try row.decodeIfPresent(Date.self, "cancelled_at")
        counts = try row.counts(of: CertificationStatus.self)
        traceparent = try row.decodeIfPresent(String.self, "traceparent")
        estimate = try row.decodeIfPresent(JSONB<JobEstimate>.self, "estimate")?.value
        budget = try BudgetRecord(row)
        spending = try Spending(ifAny: row)
    }
}
