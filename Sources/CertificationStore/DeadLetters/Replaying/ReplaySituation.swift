import Contracts
import Foundation
import Postgres

/// What the prospects of a batch of letters rest on, at one moment. What the batch itself sends counts for the letters
/// behind.
struct ReplaySituation: Sendable {
    private var subjects: [CertificationID: ReplaySubject] = [:]
    private var outgoing: Set<MessageID> = []
    /// Certifications that a letter of this batch runs.
    private var taken: Set<CertificationID> = []

    /// Reads, and with `locking` locks: first the jobs, then the certifications, each in the order of their ids, so that
    /// no two transactions wait for each other.
    static func read(
        for candidates: [ReplayCandidate], locking: Bool, on connection: PostgresConnection
    ) async throws -> ReplaySituation {
        var situation = ReplaySituation()
        let certifications = candidates.compactMap { $0.request?.certificationID.rawValue }
        if locking, !certifications.isEmpty {
            try await connection.execute(
                """
                SELECT 1 FROM jobs
                WHERE id = ANY (ARRAY(SELECT job_id FROM certifications WHERE id = ANY(\(certifications)::uuid[])))
                ORDER BY id FOR NO KEY UPDATE
                """)
        }
        let lock: SQLStatement = locking ? "FOR NO KEY UPDATE OF c" : ""
        let rows = try await connection.pipeline([
            """
            SELECT c.id, c.job_id, c.status, c.request_id, c.next_attempt_at, jobs.cancelled_at IS NOT NULL AS cancelled
            FROM certifications AS c JOIN jobs ON jobs.id = c.job_id
            WHERE c.id = ANY(\(certifications)::uuid[]) ORDER BY c.id \(fragment: lock)
            """,
            "SELECT id FROM outbox WHERE id = ANY(\(candidates.map(\.messageID.rawValue))::uuid[])",
        ])
        for row in rows[0] {
            situation.subjects[try row.identifier("id")] = ReplaySubject(
                jobID: try row.identifier("job_id"), status: try row.name("status"),
                requestID: try row.decodeIfPresent(UUID.self, "request_id").map(MessageID.init(rawValue:)),
                isJobCancelled: try row.decode("cancelled"),
                nextAttemptAt: try row.decodeIfPresent("next_attempt_at"))
        }
        situation.outgoing = Set(try rows[1].map { try $0.identifier("id") as MessageID })
        return situation
    }

    /// The job of a certification.
    func job(of certification: CertificationID) -> JobID? { subjects[certification]?.jobID }

    /// What would become of a letter. One that will run counts from now on.
    mutating func take(_ candidate: ReplayCandidate) -> ReplayProspect {
        let prospect = prospect(of: candidate)
        if case .willRun = prospect {
            outgoing.insert(candidate.messageID)
            if let request = candidate.request { taken.insert(request.certificationID) }
        }
        return prospect
    }

    func prospect(of candidate: ReplayCandidate) -> ReplayProspect {
        let certification = candidate.request?.certificationID
        return ReplayProspect(
            candidate, subject: certification.flatMap { subjects[$0] },
            isUnderWay: outgoing.contains(candidate.messageID) || certification.map(taken.contains) ?? false)
    }
}

extension ReplayCandidate {
    static var columns: SQLStatement {
        """
        letter.id AS letter, letter.status AS letter_status, letter.message_id, letter.type, letter.schema_version,
        letter.exchange, COALESCE(revision.routing_key, letter.routing_key) AS routing_key,
        COALESCE(revision.attempt, 1) AS attempt, COALESCE(revision.body, letter.body) AS body, letter.headers,
        letter.job_id, letter.traceparent, letter.tracestate
        """
    }

    static var tables: SQLStatement {
        """
        dead_letters AS letter LEFT JOIN LATERAL (
            SELECT routing_key, attempt, body FROM dead_letter_revisions
            WHERE letter_id = letter.id ORDER BY revision DESC LIMIT 1) AS revision ON true
        """
    }

    init(_ row: PostgresRow) throws {
        letter = try row.identifier("letter")
        status = try row.name("letter_status")
        // A message without an id gets the letter's, so that it has the same one each time.
        messageID = MessageID(rawValue: try row.decodeIfPresent(UUID.self, "message_id") ?? letter.rawValue)
        typeName = try row.decodeIfPresent("type")
        schemaVersion = try row.decodeIfPresent("schema_version")
        exchange = try row.name("exchange")
        routingKey = try row.name("routing_key")
        attempt = try row.decode("attempt")
        body = try row.decode("body")
        headers = try row.decode(JSONB<[String: String]>.self, "headers").value
        jobID = try row.decodeIfPresent(UUID.self, "job_id").map(JobID.init(rawValue:))
        let tracestate = try row.decodeIfPresent(String.self, "tracestate")
        trace = try row.decodeIfPresent(String.self, "traceparent").flatMap {
            TraceContext(traceparent: $0, tracestate: tracestate)
        }
    }
}
