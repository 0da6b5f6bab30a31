import Foundation
import Postgres

/// What an entry of the audit trail is about.
struct AuditEntry: Sendable {
    var letter: LetterID?
    var replay: ReplayID?
    var detail: String?
}

extension CertificationStore {
    /// Adds one entry per letter to the audit trail, in the transaction of what was done.
    func audit(
        _ action: DeadLetterAction, letters: [LetterID], detail: String? = nil, who: String, now: Date,
        on connection: PostgresConnection
    ) async throws {
        try await audit(
            action, letters.map { AuditEntry(letter: $0, detail: detail) }, who: who, now: now, on: connection)
    }

    /// Adds entries to the audit trail, in the transaction of what was done.
    func audit(
        _ action: DeadLetterAction, _ entries: [AuditEntry], who: String, now: Date, on connection: PostgresConnection
    ) async throws {
        guard !entries.isEmpty else { return }
        try await connection.execute(Self.auditing(action, entries, who: who, now: now))
    }

    static func auditing(_ action: DeadLetterAction, _ entries: [AuditEntry], who: String, now: Date) -> SQLStatement {
        """
        INSERT INTO dead_letter_audit (at, who, action, letter_id, replay_id, detail)
        SELECT \(now)::timestamptz, \(who)::text, \(action.rawValue)::text, letter_id, replay_id, detail
        FROM unnest(\(entries.map { $0.letter?.rawValue })::uuid[], \(entries.map { $0.replay?.rawValue })::uuid[],
                    \(entries.map(\.detail))::text[]) AS entry (letter_id, replay_id, detail)
        """
    }
}
