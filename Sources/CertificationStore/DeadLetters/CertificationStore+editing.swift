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

extension CertificationStore {
    /// Stores what a replay of the letter is to send in place of its message, or with `dryRun` only says what would be
    /// stored. The letter itself stays as it came.
    package func edit(
        _ id: LetterID, _ edit: DeadLetterEdit, who: String, dryRun: Bool = false, now: Date
    ) async throws -> EditOutcome {
        try await client.withTransaction { connection in
            let rows = try await connection.query(
                """
                SELECT status, type, schema_version, body, attempt, routing_key
                FROM dead_letters WHERE id = \(id.rawValue) FOR UPDATE
                """)
            guard let row = rows.first else { return .notFound }
            let status: DeadLetterStatus = try row.name("status")
            guard status == .open else { return .notOpen(status) }
            let earlier = try await connection.query(DeadLetterRevision.select(of: id)).map(DeadLetterRevision.init)
            let body = try edit.body ?? earlier.last?.body ?? row.decode("body")
            let fault = KnownMessages.fault(
                of: body, type: try row.decodeIfPresent("type"),
                schemaVersion: try row.decodeIfPresent("schema_version"))
            if let fault { return .unreadable(fault) }
            let original = DeadLetterRevision(
                number: 0, body: try row.decode("body"), attempt: 1, routingKey: try row.name("routing_key"), diff: "",
                editedBy: "", editedAt: now)
            let revision = (earlier.last ?? original).changed(by: edit, who: who, now: now)
            guard !revision.diff.isEmpty else { return .unchanged }
            guard !dryRun else { return .stored(revision) }
            try await insert(revision, of: id, on: connection)
            return .stored(revision)
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

    /// Closes all open letters that match.
    ///
    /// - Returns: how many.
    package func discard(
        matching filter: DeadLetterFilter, reason: String, who: String, now: Date
    ) async throws -> Int {
        try await client.withTransaction { connection in
            try await discard(
                """
                id = ANY (ARRAY(SELECT id FROM dead_letters AS letter
                    WHERE \(fragment: filter.condition) AND letter.status = 'OPEN' ORDER BY id FOR UPDATE))
                """, reason: reason, who: who, now: now, on: connection)
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

extension DeadLetterRevision {
    fileprivate func changed(by edit: DeadLetterEdit, who: String, now: Date) -> DeadLetterRevision {
        var next = self
        next.number = number + 1
        next.body = edit.body ?? body
        next.attempt = edit.attempt ?? attempt
        next.routingKey = edit.routingKey ?? routingKey
        next.editedBy = who
        next.editedAt = now
        next.diff =
            UnifiedDiff(
                from: readable, to: next.readable, oldName: number == 0 ? "original" : "revision \(number)",
                newName: "revision \(next.number)"
            ).text
        return next
    }

    /// The message as text, JSON with one field a line.
    private var readable: String {
        ["routing-key: \(routingKey)", "attempt: \(attempt)", "", body.readable].joined(separator: "\n")
    }
}

extension Data {
    /// Text of the bytes for people: JSON spread over lines, else the text, else base64.
    var readable: String {
        guard let text = String(validating: self, as: UTF8.self), !text.utf8.contains(0) else {
            return base64EncodedString(options: .lineLength76Characters)
        }
        guard let value = try? JSONDecoder().decode(JSONText.self, from: self) else { return text }
        return value.lines().joined(separator: "\n")
    }
}
