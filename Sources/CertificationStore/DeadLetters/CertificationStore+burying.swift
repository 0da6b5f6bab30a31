import Contracts
package import Foundation
import Messaging
import Postgres

/// What storing a batch of dead letters came to.
package struct Burial: Sendable, Hashable {
    /// How many are new, by cause.
    package var stored: [String: Int]
    /// How many had been stored before.
    package var repeated: Int
}

extension CertificationStore {
    /// Stores dead letters in one transaction. The same death that is delivered again is counted, not stored again;
    /// one that was closed more than a minute before is opened again.
    ///
    /// A letter that a replay sent ends that replay's item as failed.
    ///
    /// - Throws: `PostgresError`; nothing is stored then.
    package func bury(_ messages: [BuriedMessage], now: Date) async throws -> Burial {
        let letters = UniqueLetters(messages)
        guard !letters.all.isEmpty else { return Burial(stored: [:], repeated: 0) }
        return try await client.withTransaction { connection in
            let rows = try await connection.query(Self.insertion(of: letters, now: now))
            var burial = Burial(stored: [:], repeated: messages.count - rows.count)
            var returned: [ReturnedLetter] = []
            var new: [LetterID] = []
            for row in rows {
                guard try row.decode(Bool.self, "is_new") else {
                    burial.repeated += 1
                    continue
                }
                new.append(try row.identifier("id"))
                burial.stored[try row.decode("cause"), default: 0] += 1
                if let item = try row.decodeIfPresent(UUID.self, "replay_item") {
                    returned.append(
                        ReturnedLetter(
                            id: try row.identifier("id"), item: ReplayItemID(rawValue: item),
                            title: try row.decode("title")))
                }
            }
            try await audit(.stored, letters: new, who: Self.auditor, now: now, on: connection)
            try await fail(returned, now: now, on: connection)
            return burial
        }
    }

    /// Who did what CertForge does by itself, as the audit trail names it.
    static let auditor = "certforge"

    /// Sorted by key, so that two gateways never wait for each other.
    private static func insertion(of letters: UniqueLetters, now: Date) -> SQLStatement {
        let all = letters.all
        let messages = all.map(\.letter.message)
        let fingerprints = all.map(\.letter.fingerprint)
        return """
            INSERT INTO dead_letters AS letter (
                id, death_key, seen, last_seen_at, message_id, type, schema_version, exchange, routing_key, queue,
                cause, error, body, headers, content_type, app_id, attempt, traceparent, tracestate, job_id,
                certification_id, sent_at, dead_at, received_at, fingerprint, title, replay_item)
            SELECT id, sha256(convert_to(death_key || E'\\x1f', 'UTF8') || body), seen, \(now)::timestamptz, message_id,
                type, schema_version, exchange, routing_key, queue, cause, error, body, headers, content_type, app_id,
                attempt, traceparent, tracestate, job_id, certification_id, sent_at, COALESCE(dead_at, \(now)::timestamptz),
                \(now)::timestamptz, fingerprint, title, replay_item
            FROM unnest(
                \(all.map { _ in LetterID().rawValue })::uuid[], \(all.map(\.letter.deathKey))::text[],
                \(all.map(\.count))::int[], \(messages.map { $0.id?.rawValue })::uuid[],
                \(messages.map(\.typeName))::text[], \(messages.map(\.schemaVersion).map(\.fittingInt32))::int[],
                \(all.map(\.letter.exchange.rawValue))::text[], \(all.map(\.letter.routingKey.rawValue))::text[],
                \(all.map(\.letter.queue.rawValue))::text[], \(all.map(\.letter.cause))::text[],
                \(all.map(\.letter.error))::text[], \(messages.map(\.body))::bytea[],
                \(messages.map { JSONB(value: $0.headers) })::jsonb[], \(messages.map(\.contentType))::text[],
                \(messages.map(\.appID))::text[], \(messages.map(\.attempt))::int[],
                \(messages.map { $0.trace?.traceparent })::text[], \(messages.map { $0.trace?.traceState })::text[],
                \(all.map { $0.letter.jobID?.rawValue })::uuid[],
                \(all.map { $0.letter.certificationID?.rawValue })::uuid[],
                \(messages.map(\.timestamp).map(\.storable))::timestamptz[],
                \(all.map(\.letter.diedAt).map(\.storable))::timestamptz[],
                \(fingerprints.map(\.id))::text[], \(fingerprints.map(\.title))::text[],
                \(all.map { $0.letter.replayItem?.rawValue })::uuid[]
            ) AS new (
                id, death_key, seen, message_id, type, schema_version, exchange, routing_key, queue, cause, error, body,
                headers, content_type, app_id, attempt, traceparent, tracestate, job_id, certification_id, sent_at,
                dead_at, fingerprint, title, replay_item)
            ORDER BY death_key
            ON CONFLICT (death_key) DO UPDATE
            SET seen = letter.seen + excluded.seen, last_seen_at = excluded.last_seen_at,
                status = CASE WHEN letter.closed_at < excluded.received_at - interval '1 minute' THEN 'OPEN'
                              ELSE letter.status END,
                closed_at = CASE WHEN letter.closed_at < excluded.received_at - interval '1 minute' THEN NULL
                                 ELSE letter.closed_at END
            RETURNING id, cause, title, replay_item, xmax = 0 AS is_new
            """
    }

    /// Ends the items whose message came back, and closes the letters that they were made of.
    private func fail(_ returned: [ReturnedLetter], now: Date, on connection: PostgresConnection) async throws {
        guard !returned.isEmpty else { return }
        let rows = try await connection.query(
            """
            UPDATE replay_items AS item
            SET state = 'FAILED', came_back_as = back.letter, why = back.title,
                ended_at = COALESCE(item.ended_at, \(now))
            FROM unnest(\(returned.map(\.item.rawValue))::uuid[], \(returned.map(\.id.rawValue))::uuid[],
                        \(returned.map(\.title))::text[]) AS back (item, letter, title)
            WHERE item.id = back.item AND item.came_back_as IS NULL AND item.state IN ('SENT', 'DELIVERED', 'FAILED')
            RETURNING item.letter_id, item.replay_id, back.letter
            """)
        let letters: [LetterID] = try rows.map { try $0.identifier("letter_id") }
        try await connection.execute(
            """
            UPDATE dead_letters SET status = 'REPLAYED', closed_at = \(now)
            WHERE id = ANY(\(letters.map(\.rawValue))) AND status IN ('OPEN', 'REPLAYING')
            """)
        let entries = try rows.map { row in
            AuditEntry(
                letter: try row.identifier("letter_id"), replay: try row.identifier("replay_id"),
                detail: "as letter \(try row.identifier("letter") as LetterID)")
        }
        try await audit(.cameBack, entries, who: Self.auditor, now: now, on: connection)
    }
}

/// A letter that a replay had sent.
private struct ReturnedLetter: Sendable {
    var id: LetterID
    var item: ReplayItemID
    var title: String
}

/// The letters of a batch, each death once.
private struct UniqueLetters {
    private(set) var all: [(letter: BuriedMessage, count: Int)] = []

    private struct Key: Hashable {
        var death: String
        var body: Data
    }

    init(_ messages: [BuriedMessage]) {
        var indices: [Key: Int] = [:]
        for message in messages {
            let key = Key(death: message.deathKey, body: message.message.body)
            if let index = indices[key] {
                all[index].count += 1
            } else {
                indices[key] = all.count
                all.append((message, 1))
            }
        }
    }
}

extension Int? {
    /// A stranger's number may be larger than the column.
    fileprivate var fittingInt32: Int? { flatMap { Int32(exactly: $0) == nil ? nil : $0 } }
}

extension Date? {
    /// A stranger's timestamp may be one that `timestamptz` does not hold.
    fileprivate var storable: Date? {
        flatMap { (-60_000_000_000...200_000_000_000).contains($0.timeIntervalSince1970) ? $0 : nil }
    }
}
