import Foundation
import Postgres

/// What the database holds when everything has ended.
struct DatabaseEvidence: Sendable, Codable {
    var jobs = 0
    var certifications = 0
    var verdicts = 0
    /// Attempts that ended with a run, those that another followed included.
    var runs = 0
    /// Claims: each begins an attempt or takes one over.
    var claims = 0
    var workerDeaths = 0
    var statuses: [String: Int] = [:]
    var inconclusive: [String: Int] = [:]
    /// Calls whose results were recorded, and those of them that the model answered.
    var recordedCalls = 0
    var recordedAnswers = 0
    var outboxRows = 0
    var lostJobs: [String] = []
    var lostTargets: [String] = []
    var stuckJobs: [String] = []
    var stuckCertifications: [String] = []
    var doubledVerdicts: [String] = []
    var unsentMails: [String] = []
    /// Deliveries whose outcome nobody knows, by job and recipient: only after one of those may a mail come twice.
    var uncertainDeliveries: [String: Int] = [:]

    init() {}

    init(of accepted: [AcceptedJob], in database: PostgresClient) async throws {
        let sums = try await database.query(
            """
            SELECT (SELECT count(*) FROM certification.jobs) AS jobs, count(*) AS certifications,
                   coalesce(sum(fence), 0)::bigint AS claims, coalesce(sum(worker_deaths), 0)::bigint AS deaths,
                   (SELECT count(*) FROM certification.runs) AS runs,
                   (SELECT count(*) FROM certification.runs WHERE status <> 'RETRYING') AS verdicts,
                   (SELECT count(*) FROM certification.outbox WHERE not_before <= now()) AS outbox
            FROM certification.certifications
            """)
        guard let row = sums.first else { return }
        jobs = try row.decode(Int.self, "jobs")
        certifications = try row.decode(Int.self, "certifications")
        claims = try row.decode(Int.self, "claims")
        workerDeaths = try row.decode(Int.self, "deaths")
        runs = try row.decode(Int.self, "runs")
        verdicts = try row.decode(Int.self, "verdicts")
        outboxRows = try row.decode(Int.self, "outbox")
        try await readCalls(database)
        statuses = try await Self.counts(
            "SELECT status AS name, count(*) AS number FROM certification.certifications GROUP BY status", database)
        inconclusive = try await Self.counts(
            """
            SELECT coalesce(reason_code, 'none') AS name, count(*) AS number FROM certification.certifications
            WHERE status = 'INCONCLUSIVE' GROUP BY reason_code
            """, database)
        try await findWhatIsWrong(accepted, database)
    }

    private mutating func readCalls(_ database: PostgresClient) async throws {
        let rows = try await database.query(
            """
            SELECT count(*) AS calls, count(*) FILTER (WHERE call ->> 'ending' IN ('answered', 'empty')) AS answers
            FROM certification.test_results AS result, jsonb_array_elements(result.detail -> 'calls') AS call
            """)
        recordedCalls = try rows.first?.decode(Int.self, "calls") ?? 0
        recordedAnswers = try rows.first?.decode(Int.self, "answers") ?? 0
    }

    private mutating func findWhatIsWrong(_ accepted: [AcceptedJob], _ database: PostgresClient) async throws {
        let (ids, counts) = (accepted.map(\.id), accepted.map(\.targetCount))
        lostJobs = try await Self.texts(
            """
            SELECT asked.id::text AS text FROM unnest(\(ids)::uuid[]) AS asked (id)
            WHERE NOT EXISTS (SELECT 1 FROM certification.jobs WHERE jobs.id = asked.id)
            """, database)
        lostTargets = try await Self.texts(
            """
            SELECT asked.id::text || ' has ' || count(c.id) || ' of ' || asked.count AS text
            FROM unnest(\(ids)::uuid[], \(counts)::bigint[]) AS asked (id, count)
                LEFT JOIN certification.certifications AS c ON c.job_id = asked.id
            GROUP BY asked.id, asked.count HAVING count(c.id) <> asked.count
            """, database)
        stuckJobs = try await Self.texts(
            "SELECT id || ' ' || status AS text FROM certification.jobs WHERE finished_at IS NULL", database)
        stuckCertifications = try await Self.texts(
            """
            SELECT format('%s %s attempts=%s fence=%s lease=%s next=%s', id, status, attempts, fence, lease_expires_at,
                          next_attempt_at) AS text
            FROM certification.certifications WHERE finished_at IS NULL
            """, database)
        doubledVerdicts = try await Self.texts(
            """
            SELECT certification_id::text AS text FROM certification.runs WHERE status <> 'RETRYING'
            GROUP BY certification_id HAVING count(*) > 1
            """, database)
        unsentMails = try await Self.texts(
            """
            SELECT format('%s %s %s attempts=%s %s', job_id, recipient, status, attempts, last_error) AS text
            FROM notifier.notifications WHERE status <> 'sent'
            """, database)
        uncertainDeliveries = try await Self.counts(
            """
            SELECT n.job_id || ' ' || n.recipient AS name, count(*) AS number
            FROM notifier.delivery_attempts AS a JOIN notifier.notifications AS n ON n.id = a.notification_id
            WHERE a.outcome IS DISTINCT FROM 'sent' GROUP BY 1
            """, database)
    }

    private static func counts(_ query: SQLStatement, _ database: PostgresClient) async throws -> [String: Int] {
        try await database.query(query).reduce(into: [:]) { counts, row in
            counts[try row.decode(String.self, "name")] = try row.decode(Int.self, "number")
        }
    }

    private static func texts(_ query: SQLStatement, _ database: PostgresClient) async throws -> [String] {
        try await database.query(query).map { try $0.decode(String.self, "text") }
    }
}
