import Contracts
import Foundation
import Postgres

extension CertificationStore {
    /// The most entries of the audit trail and items of replays that one letter is shown with.
    static let historyLimit = 200

    /// Lists at most `limit` dead letters, from 1, newest first, from after `cursor`; nil asks for the first page.
    package func deadLetters(
        matching filter: DeadLetterFilter, after cursor: LetterID?, limit: Int
    ) async throws -> [DeadLetterRecord] {
        var condition = filter.condition
        if let cursor { condition = "\(fragment: condition) AND letter.id < \(cursor.rawValue)" }
        return try await client.query(
            """
            SELECT \(fragment: DeadLetterRecord.columns) FROM dead_letters AS letter
            WHERE \(fragment: condition) ORDER BY letter.id DESC LIMIT \(limit)
            """
        ).map(DeadLetterRecord.init)
    }

    /// The kinds of dead letters, those with the most open ones first, at most `limit`, from 1.
    package func deadLetterGroups(matching filter: DeadLetterFilter, limit: Int) async throws -> [DeadLetterGroup] {
        let rows = try await client.query(
            """
            SELECT fingerprint, max(title) AS title, max(cause) AS cause, min(dead_at) AS first_seen_at,
                   max(last_seen_at) AS last_seen_at,
                   count(*) FILTER (WHERE status = 'OPEN') AS open,
                   count(*) FILTER (WHERE status = 'REPLAYING') AS replaying,
                   count(*) FILTER (WHERE status = 'REPLAYED') AS replayed,
                   count(*) FILTER (WHERE status = 'DISCARDED') AS discarded,
                   (array_agg(id ORDER BY id DESC))[1:3] AS examples,
                   count(DISTINCT job_id) AS job_count,
                   (array_agg(DISTINCT job_id) FILTER (WHERE job_id IS NOT NULL))[1:10] AS jobs
            FROM dead_letters AS letter WHERE \(fragment: filter.condition)
            GROUP BY fingerprint ORDER BY open DESC, last_seen_at DESC, fingerprint LIMIT \(limit)
            """)
        return try rows.map(DeadLetterGroup.init)
    }

    /// A dead letter with everything that is known of it; nil when there is none of that id.
    package func deadLetter(_ id: LetterID) async throws -> DeadLetterDetail? {
        try await client.withConnection { connection in
            let rows = try await connection.query(
                """
                SELECT \(fragment: DeadLetterRecord.columns), letter.body, letter.headers, letter.content_type,
                       letter.app_id, letter.traceparent, letter.sent_at, c.status AS certification_status
                FROM dead_letters AS letter LEFT JOIN certifications AS c ON c.id = letter.certification_id
                WHERE letter.id = \(id.rawValue)
                """)
            guard let row = rows.first else { return nil }
            let record = try DeadLetterRecord(row)
            let history = try await connection.pipeline([
                DeadLetterRevision.select(of: id),
                RunRecord.select(of: record.certificationID ?? CertificationID()),
                ReplayItemRecord.select("item.letter_id = \(id.rawValue)", after: nil, limit: Self.historyLimit),
                DeadLetterAudit.select("letter_id = \(id.rawValue)", limit: Self.historyLimit),
            ])
            return DeadLetterDetail(
                record: record, body: try row.decode("body"),
                headers: try row.decode(JSONB<[String: String]>.self, "headers").value,
                contentType: try row.decodeIfPresent("content_type"), appID: try row.decodeIfPresent("app_id"),
                traceparent: try row.decodeIfPresent("traceparent"), sentAt: try row.decodeIfPresent("sent_at"),
                revisions: try history[0].map(DeadLetterRevision.init), runs: try history[1].map(RunRecord.init),
                certificationStatus: try row.nameIfPresent("certification_status"),
                replays: try history[2].map(ReplayItemRecord.init), audit: try history[3].map(DeadLetterAudit.init))
        }
    }

    /// How many dead letters are open, by cause.
    package func openDeadLetters() async throws -> [String: Int] {
        let rows = try await client.query(
            "SELECT cause, count(*) AS number FROM dead_letters WHERE status = 'OPEN' GROUP BY cause")
        return try rows.reduce(into: [:]) {
            $0[try $1.decode(String.self, "cause")] = try $1.decode(Int.self, "number")
        }
    }
}

extension DeadLetterGroup {
    init(_ row: PostgresRow) throws {
        fingerprint = try row.decode("fingerprint")
        title = try row.decode("title")
        cause = try row.decode("cause")
        firstSeenAt = try row.decode("first_seen_at")
        lastSeenAt = try row.decode("last_seen_at")
        counts = [:]
        for status in DeadLetterStatus.allCases {
            let count = try row.decode(Int.self, status.rawValue.lowercased())
            if count > 0 { counts[status] = count }
        }
        examples = try row.decode([UUID].self, "examples").map(LetterID.init(rawValue:))
        jobCount = try row.decode("job_count")
        jobs = try (row.decodeIfPresent([UUID].self, "jobs") ?? []).map(JobID.init(rawValue:))
    }
}
