package import Contracts
package import Foundation
import Postgres

/// What of a dead letter's message is to be changed; nil fields stay.
package struct DeadLetterEdit: Sendable {
    package var body: Data?
    /// From 1.
    package var attempt: Int?
    package var routingKey: RoutingKey?

    package init(body: Data? = nil, attempt: Int? = nil, routingKey: RoutingKey? = nil) {
        self.body = body
        self.attempt = attempt
        self.routingKey = routingKey
    }
}

/// What became of a change to a dead letter.
package enum EditOutcome: Sendable {
    case stored(DeadLetterRevision)
    /// Nothing would change.
    case unchanged
    /// No consumer could read the result; why.
    case unreadable(String)
    /// No queue would get it by the new routing key; why, and what to do.
    case unroutable(String)
    /// Only an open letter can be changed.
    case notOpen(DeadLetterStatus)
    case notFound
}

/// What became of a letter that was to be discarded.
package enum DiscardOutcome: Sendable, Hashable {
    case discarded
    case notOpen(DeadLetterStatus)
    case notFound
}

/// What closing many letters came to.
package struct DiscardedLetters: Sendable, Hashable {
    package var count: Int
    /// Whether more that match are left, because the limit was reached.
    package var hasMore: Bool
}

extension CertificationStore {
    /// Stores what a replay of the letter is to send in place of its message, or with `dryRun` only says what would be
    /// stored. The letter itself stays as it came.
    package func edit(
        _ id: LetterID, _ edit: DeadLetterEdit, who: String, dryRun: Bool = false, now: Date
    ) async throws -> EditOutcome {
        while true {
            guard let letter = try await editable(id) else { return .notFound }
            // A difference of long texts takes its time, so that it is made before anything is locked.
            let outcome = letter.outcome(of: edit, who: who, now: now)
            guard case .stored(let revision) = outcome, !dryRun else { return outcome }
            if try await insert(revision, of: id) { return outcome }
            // Somebody was faster: this one's change is of theirs now.
        }
    }

    private func editable(_ id: LetterID) async throws -> EditableLetter? {
        try await client.query(
            """
            SELECT letter.status, letter.type, letter.schema_version, letter.exchange,
                COALESCE(revision.revision, 0) AS revision, COALESCE(revision.body, letter.body) AS body,
                COALESCE(revision.attempt, 1) AS attempt,
                COALESCE(revision.routing_key, letter.routing_key) AS routing_key
            FROM dead_letters AS letter LEFT JOIN LATERAL (
                SELECT revision, body, attempt, routing_key FROM dead_letter_revisions
                WHERE letter_id = letter.id ORDER BY revision DESC LIMIT 1) AS revision ON true
            WHERE letter.id = \(id.rawValue)
            """
        ).first.map(EditableLetter.init)
    }

    /// Returns false when the letter is not open any more or has another revision by now; nothing is stored then.
    private func insert(_ revision: DeadLetterRevision, of id: LetterID) async throws -> Bool {
        try await client.withTransaction { connection in
            let open = try await connection.query(
                "SELECT 1 FROM dead_letters WHERE id = \(id.rawValue) AND status = 'OPEN' FOR UPDATE")
            guard !open.isEmpty else { return false }
            // A statement of its own, because the lock may have been waited for.
            let rows = try await connection.query(
                "SELECT count(*) AS number FROM dead_letter_revisions WHERE letter_id = \(id.rawValue)")
            guard try rows.first?.decode(Int.self, "number") == revision.number - 1 else { return false }
            try await insert(revision, of: id, on: connection)
            return true
        }
    }

    private func insert(
        _ revision: DeadLetterRevision, of letter: LetterID, on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            INSERT INTO dead_letter_revisions (letter_id, revision, body, attempt, routing_key, diff, edited_by, edited_at)
            VALUES (\(letter.rawValue), \(revision.number), \(revision.body), \(revision.attempt),
                    \(revision.routingKey.rawValue), \(revision.diff), \(revision.editedBy), \(revision.editedAt))
            """)
        try await audit(
            .edited, letters: [letter], detail: revision.diff, who: revision.editedBy, now: revision.editedAt,
            on: connection)
    }

    /// Closes a letter that nothing is to be done about.
    package func discard(_ id: LetterID, reason: String, who: String, now: Date) async throws -> DiscardOutcome {
        try await client.withTransaction { connection in
            let rows = try await connection.query(
                "SELECT status FROM dead_letters WHERE id = \(id.rawValue) FOR UPDATE")
            guard let row = rows.first else { return .notFound }
            let status: DeadLetterStatus = try row.name("status")
            guard status == .open else { return .notOpen(status) }
            try await discard("id = \(id.rawValue)", reason: reason, who: who, now: now, on: connection)
            return .discarded
        }
    }

    /// Closes the open letters that match, the oldest first, at most `limit`, from 1.
    package func discard(
        matching filter: DeadLetterFilter, reason: String, who: String, limit: Int = 10_000, now: Date
    ) async throws -> DiscardedLetters {
        try await client.withTransaction { connection in
            let found: [LetterID] = try await connection.query(
                """
                SELECT id FROM dead_letters AS letter
                WHERE \(fragment: filter.condition) AND letter.status = 'OPEN' ORDER BY id LIMIT \(limit + 1) FOR UPDATE
                """
            ).map { try $0.identifier("id") }
            let count = try await discard(
                "id = ANY (\(found.prefix(limit).map(\.rawValue))::uuid[])", reason: reason, who: who, now: now,
                on: connection)
            return DiscardedLetters(count: count, hasMore: found.count > limit)
        }
    }

    @discardableResult
    private func discard(
        _ condition: SQLStatement, reason: String, who: String, now: Date, on connection: PostgresConnection
    ) async throws -> Int {
        try await connection.execute(
            """
            WITH discarded AS (
                UPDATE dead_letters SET status = 'DISCARDED', closed_at = \(now)
                WHERE \(fragment: condition) AND status = 'OPEN' RETURNING id
            )
            INSERT INTO dead_letter_audit (at, who, action, letter_id, detail)
            SELECT \(now)::timestamptz, \(who)::text, 'DISCARDED', id, \(reason)::text FROM discarded
            """)
    }
}
