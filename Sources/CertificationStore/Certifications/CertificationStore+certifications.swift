package import Certification
package import Contracts
import Foundation
import Postgres

extension CertificationStore {
    /// Every certification of a job, sorted by model, then region; empty when there is no such job.
    package func certifications(of job: JobID) async throws -> [CertificationRecord] {
        try await client.query(Self.selectCertifications(of: job, limit: nil)).map(CertificationRecord.init)
    }

    /// The last verdict of each of a job's certifications that has one.
    package func verdicts(of job: JobID) async throws -> [CertificationID: Verdict] {
        let rows = try await client.query(
            """
            SELECT DISTINCT ON (r.certification_id) r.certification_id, r.verdict
            FROM runs AS r JOIN certifications AS c ON c.id = r.certification_id
            WHERE c.job_id = \(job.rawValue) AND r.verdict IS NOT NULL
            ORDER BY r.certification_id, r.finished_at DESC
            """)
        return Dictionary(
            try rows.map { row in
                (try row.identifier("certification_id"), try row.decode(JSONB<Verdict>.self, "verdict").value)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Lists at most `limit` of the targets' current certifications, from 1, sorted by model, then region. The page starts
    /// after `cursor`; nil asks for the first page.
    package func currentCertifications(
        matching filter: CertificationFilter, after cursor: CertificationCursor?, limit: Int
    ) async throws -> [CertificationRecord] {
        var condition: SQLStatement = "true"
        if let provider = filter.provider {
            condition = "\(fragment: condition) AND c.provider = \(provider.rawValue)"
        }
        if !filter.models.isEmpty {
            condition = "\(fragment: condition) AND c.model = ANY(\(filter.models.map(\.rawValue)))"
        }
        if !filter.regions.isEmpty {
            condition = "\(fragment: condition) AND c.region = ANY(\(filter.regions.map(\.rawValue)))"
        }
        if !filter.statuses.isEmpty {
            condition = "\(fragment: condition) AND c.status = ANY(\(filter.statuses.map(\.rawValue)))"
        }
        if let cursor {
            condition = """
                \(fragment: condition) AND (c.model, c.region, c.profile, c.provider)
                    > (SELECT model, region, profile, provider FROM certifications WHERE id = \(cursor.last.rawValue))
                """
        }
        let rows = try await client.query(
            """
            SELECT \(fragment: Self.certificationColumns)
            FROM current_certifications JOIN certifications AS c ON c.id = current_certifications.certification_id
            WHERE \(fragment: condition)
            ORDER BY c.model, c.region, c.profile, c.provider LIMIT \(limit)
            """)
        return try rows.map(CertificationRecord.init)
    }

    /// A certification with its runs and the result of each test; nil when there is none of that id.
    package func certification(_ id: CertificationID) async throws -> CertificationDetail? {
        try await client.withConnection { connection in
            let rows = try await connection.pipeline([
                "SELECT \(fragment: Self.certificationColumns) FROM certifications AS c WHERE c.id = \(id.rawValue)",
                RunRecord.select(of: id),
                Self.selectResults(of: id),
            ])
            guard let record = try rows[0].first.map(CertificationRecord.init) else { return nil }
            return CertificationDetail(
                record: record, runs: try rows[1].map(RunRecord.init), results: try rows[2].map { try $0.testResult() })
        }
    }

    /// A job's certifications sorted by model, then region, as events and lists show them.
    static func selectCertifications(of job: JobID, limit: Int?) -> SQLStatement {
        """
        SELECT \(fragment: certificationColumns) FROM certifications AS c WHERE c.job_id = \(job.rawValue)
        ORDER BY c.model, c.region, c.profile, c.provider LIMIT \(limit)
        """
    }

    static func selectResults(of certification: CertificationID) -> SQLStatement {
        selectResults(of: "\(certification.rawValue)")
    }

    /// `id` is a certification's, as SQL.
    static func selectResults(of id: SQLStatement) -> SQLStatement {
        """
        SELECT detail FROM test_results WHERE certification_id = \(fragment: id)
        ORDER BY finished_at, attempt, test
        """
    }

    static var certificationColumns: SQLStatement {
        """
        c.id, c.job_id, c.provider, c.model, c.region, c.profile, c.model_name, c.status, c.attempts,
        c.rating::float8 AS rating, c.badge, c.reason_code, c.reason, c.remedy, c.certified_until, c.queued_at,
        c.started_at, c.finished_at, c.next_attempt_at, c.deferred_until, c.deferred_because, c.reused_from, c.price,
        (SELECT \(fragment: Spending.sums) FROM claim_costs WHERE claim_costs.certification_id = c.id) AS spending,
        \(fragment: HeldCertificate.column)
        """
    }
}

extension CertificationRecord {
    init(_ row: PostgresRow) throws {
        id = try row.identifier("id")
        jobID = try row.identifier("job_id")
        target = try row.target()
        modelName = try row.decodeIfPresent(String.self, "model_name")
        status = try row.name("status")
        attempts = try row.decode(Int.self, "attempts")
        rating = try row.decodeIfPresent(Double.self, "rating")
        badge = try row.nameIfPresent("badge")
        reasonCode = try row.decodeIfPresent(String.self, "reason_code")
        reason = try row.decodeIfPresent(String.self, "reason")
        remedy = try row.decodeIfPresent(String.self, "remedy")
        certifiedUntil = try row.decodeIfPresent(Date.self, "certified_until")
        queuedAt = try row.decode(Date.self, "queued_at")
        startedAt = try row.decodeIfPresent(Date.self, "started_at")
        finishedAt = try row.decodeIfPresent(Date.self, "finished_at")
        price = try row.decodeIfPresent(JSONB<AppliedPrice>.self, "price")?.value
        spending = try Spending(ifAny: row)
        reusedFrom = try row.decodeIfPresent(UUID.self, "reused_from").map { CertificationID(rawValue: $0) }
        certificate = try HeldCertificate(ifAny: row)
        nextAttemptAt = status == .retrying ? try row.decodeIfPresent(Date.self, "next_attempt_at") : nil
        guard !status.isTerminal, status != .processing else { return }
        deferredUntil = try row.decodeIfPresent(Date.self, "deferred_until")
        deferredBecause = try row.decodeIfPresent(String.self, "deferred_because")
    }
}
