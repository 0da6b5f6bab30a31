import Contracts
import Foundation
import Postgres

extension CertificationStore {
    /// Records what became of the messages that a replay sent, as far as it is known.
    ///
    /// - Returns: how many letters ended in which state.
    func observe(
        _ lease: ReplayLease, now: Date, on connection: PostgresConnection
    ) async throws -> [ReplayItemState: Int] {
        let rows = try await connection.pipeline([
            Self.noteDepartures(of: lease, now: now), Self.endedCertifications(of: lease),
            Self.deliveries(of: lease, now: now),
        ])
        let endings = try (rows[1] + rows[2]).map { row in
            ReplayEnding(
                item: try row.identifier("id"), letter: try row.identifier("letter_id"), state: try row.name("outcome"),
                why: try row.decodeIfPresent("why"))
        }
        guard !endings.isEmpty else { return [:] }
        try await connection.execute(Self.ending(endings, now: now))
        for (state, ended) in Dictionary(grouping: endings, by: \.state) {
            try await close(ended, as: state, lease, now: now, on: connection)
        }
        return endings.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }

    /// The outbox keeps a message until the broker has confirmed it.
    private static func noteDepartures(of lease: ReplayLease, now: Date) -> SQLStatement {
        """
        UPDATE replay_items AS item SET departed_at = \(now)
        WHERE replay_id = \(lease.id.rawValue) AND state = 'SENT' AND certification_id IS NULL AND departed_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = item.message_id)
        """
    }

    /// A certification that is judged succeeded, whatever the verdict.
    private static func endedCertifications(of lease: ReplayLease) -> SQLStatement {
        """
        SELECT item.id, item.letter_id, c.reason AS why,
            CASE c.status WHEN 'INCONCLUSIVE' THEN 'FAILED' WHEN 'CANCELLED' THEN 'SKIPPED' ELSE 'SUCCEEDED' END AS outcome
        FROM replay_items AS item JOIN certifications AS c ON c.id = item.certification_id
        WHERE item.replay_id = \(lease.id.rawValue) AND item.state = 'SENT'
            AND c.status NOT IN ('QUEUED', 'PROCESSING', 'RETRYING')
        FOR UPDATE OF item
        """
    }

    private static func deliveries(of lease: ReplayLease, now: Date) -> SQLStatement {
        """
        SELECT id, letter_id, NULL AS why, 'DELIVERED' AS outcome FROM replay_items
        WHERE replay_id = \(lease.id.rawValue) AND state = 'SENT' AND certification_id IS NULL
            AND departed_at <= \(now)::timestamptz - \(lease.plan.observe)::interval
        FOR UPDATE
        """
    }

    /// A letter that failed without having come back yet, and one whose job was cancelled, waits for somebody again.
    private func close(
        _ ended: [ReplayEnding], as state: ReplayItemState, _ lease: ReplayLease, now: Date,
        on connection: PostgresConnection
    ) async throws {
        let action: DeadLetterAction
        switch state {
        case .succeeded: action = .succeeded
        case .delivered: action = .delivered
        case .failed: action = .failed
        case .skipped, .pending, .sent: action = .skipped
        }
        let isDone = state == .succeeded || state == .delivered
        let status = isDone ? DeadLetterStatus.replayed : .open
        try await connection.execute(
            """
            UPDATE dead_letters
            SET status = \(status.rawValue), closed_at = CASE WHEN \(isDone)::boolean THEN \(now)::timestamptz END
            WHERE id = ANY(\(ended.map(\.letter.rawValue))::uuid[]) AND status = 'REPLAYING'
            """)
        let entries = ended.map { AuditEntry(letter: $0.letter, replay: lease.id, detail: $0.why) }
        try await audit(action, entries, who: Self.auditor, now: now, on: connection)
    }
}
