import Contracts
import Foundation
import Messaging
import Postgres

/// What a step sent.
struct ReplayBatch: Sendable {
    var messages: [OutgoingMessage] = []
    var skipped = 0
}

extension CertificationStore {
    /// Sends the next letters of a replay: their messages go to the outbox in the transaction that opens their
    /// certifications and jobs again. Those that cannot be sent, or need not, are skipped.
    func send(
        _ lease: ReplayLease, stage: Int, limit: Int, row: ReplayRow, now: Date, on connection: PostgresConnection
    ) async throws -> ReplayBatch {
        guard limit > 0 else { return ReplayBatch() }
        let rows = try await connection.query(
            """
            SELECT item.id AS item, \(fragment: ReplayCandidate.columns)
            FROM replay_items AS item JOIN \(fragment: ReplayCandidate.tables) ON letter.id = item.letter_id
            WHERE item.replay_id = \(lease.id.rawValue) AND item.state = 'PENDING'
            ORDER BY item.position LIMIT \(limit) FOR UPDATE OF item, letter
            """)
        let items = try rows.map { (id: try $0.identifier("item") as ReplayItemID, candidate: try ReplayCandidate($0)) }
        var situation = try await ReplaySituation.read(for: items.map(\.candidate), locking: true, on: connection)
        var sendings: [ReplaySending] = []
        var skips: [ReplayEnding] = []
        for (id, candidate) in items {
            switch situation.take(candidate) {
            case .willRun:
                let certification = candidate.request?.certificationID
                sendings.append(
                    ReplaySending(
                        item: id, letter: candidate.letter, certification: certification,
                        job: certification.flatMap { situation.job(of: $0) },
                        message: candidate.message(by: id, now: now)))
            case .nothingToDo(let why), .notPossible(let why):
                skips.append(ReplayEnding(item: id, letter: candidate.letter, state: .skipped, why: why))
            }
        }
        try await skip(skips, lease, now: now, on: connection)
        try await send(sendings, lease, stage: stage, who: row.createdBy, now: now, on: connection)
        return ReplayBatch(messages: sendings.map(\.message), skipped: skips.count)
    }

    private func send(
        _ sendings: [ReplaySending], _ lease: ReplayLease, stage: Int, who: String, now: Date,
        on connection: PostgresConnection
    ) async throws {
        guard !sendings.isEmpty else { return }
        _ = try await connection.pipeline([
            Self.reopeningJobs(sendings), Self.reopeningCertifications(sendings),
            """
            UPDATE replay_items SET state = 'SENT', stage = \(stage), sent_at = \(now), message_id = sent.message,
                certification_id = sent.certification
            FROM unnest(\(sendings.map(\.item.rawValue))::uuid[], \(sendings.map(\.message.id.rawValue))::uuid[],
                        \(sendings.map { $0.certification?.rawValue })::uuid[]) AS sent (item, message, certification)
            WHERE id = sent.item
            """,
            """
            UPDATE dead_letters SET status = 'REPLAYING' WHERE id = ANY(\(sendings.map(\.letter.rawValue))::uuid[])
            """,
            Self.auditing(
                .replayed, sendings.map { AuditEntry(letter: $0.letter, replay: lease.id) }, who: who, now: now),
        ])
    }

    /// Jobs that had ended go on; cancelled ones are not among them.
    private static func reopeningJobs(_ sendings: [ReplaySending]) -> SQLStatement {
        """
        UPDATE jobs SET status = 'PROCESSING', finished_at = NULL
        WHERE id = ANY(\(sendings.compactMap { $0.job?.rawValue })::uuid[])
            AND status IN ('COMPLETED', 'PARTIAL', 'FAILED') AND cancelled_at IS NULL
        """
    }

    /// A certification begins anew with its first attempt. The fence goes on growing, and results stay, so that nothing
    /// is paid for twice.
    private static func reopeningCertifications(_ sendings: [ReplaySending]) -> SQLStatement {
        let requests = sendings.filter { $0.certification != nil }
        return """
            UPDATE certifications
            SET status = 'QUEUED', attempts = 0, worker_deaths = 0, request_id = reopened.request,
                request_expires_at = NULL, next_attempt_at = NULL, lease_owner = NULL, lease_expires_at = NULL,
                rating = NULL, badge = NULL, reason_code = NULL, reason = NULL, remedy = NULL, certified_until = NULL,
                deferred_until = NULL, deferred_because = NULL, admitted_at = NULL, throttle_deferrals = 0,
                throttled_since = NULL, started_at = NULL, finished_at = NULL
            FROM unnest(\(requests.map { $0.certification?.rawValue })::uuid[],
                        \(requests.map(\.message.id.rawValue))::uuid[]) AS reopened (id, request)
            WHERE certifications.id = reopened.id AND status IN ('QUEUED', 'INCONCLUSIVE')
            """
    }

    private func skip(
        _ skips: [ReplayEnding], _ lease: ReplayLease, now: Date, on connection: PostgresConnection
    ) async throws {
        guard !skips.isEmpty else { return }
        try await connection.execute(Self.ending(skips, now: now))
        let entries = skips.map { AuditEntry(letter: $0.letter, replay: lease.id, detail: $0.why) }
        try await audit(.skipped, entries, who: Self.auditor, now: now, on: connection)
    }

    static func ending(_ endings: [ReplayEnding], now: Date) -> SQLStatement {
        """
        UPDATE replay_items SET state = ended.state, why = ended.why, ended_at = \(now)
        FROM unnest(\(endings.map(\.item.rawValue))::uuid[], \(endings.map(\.state.rawValue))::text[],
                    \(endings.map(\.why))::text[]) AS ended (item, state, why)
        WHERE id = ended.item AND replay_items.state IN ('PENDING', 'SENT')
        """
    }
}

/// A letter whose message is sent.
private struct ReplaySending: Sendable {
    var item: ReplayItemID
    var letter: LetterID
    var certification: CertificationID?
    var job: JobID?
    var message: OutgoingMessage
}

/// How a letter's part in a replay ends.
struct ReplayEnding: Sendable {
    var item: ReplayItemID
    var letter: LetterID
    var state: ReplayItemState
    var why: String?
}
