import Contracts
package import Foundation
import Postgres

/// Which letters a replay is to send again. Only open ones are.
package enum ReplaySelection: Sendable, Hashable {
    case letters([LetterID])
    case matching(DeadLetterFilter)

    /// Holds for the rows of `dead_letters AS letter` that are meant.
    var condition: SQLStatement {
        switch self {
        case .letters(let ids): "letter.id = ANY(\(ids.map(\.rawValue)))"
        case .matching(let filter): "\(fragment: filter.condition) AND letter.status = 'OPEN'"
        }
    }
}

/// What a replay of a selection would do.
package struct ReplayPreview: Sendable {
    package struct Item: Sendable {
        package var letter: LetterID
        package var prospect: ReplayProspect
    }

    /// How many letters have which prospect, by its name.
    package var counts: [String: Int]
    /// The first ones, at most as many as were asked for.
    package var items: [Item]
}

/// What became of the wish for a replay.
package enum ReplayStart: Sendable {
    case started(ReplayRecord)
    case nothingSelected
    /// More letters are selected than one replay holds.
    case tooMany
    /// A running replay has yet to send some of the letters, or to learn what became of them.
    case alreadyRunning(ReplayID)
}

extension CertificationStore {
    /// How many letters one replay holds at most.
    package static let replayLimit = 100_000

    /// How many letters are looked at together: their whole bodies are in memory.
    private static let previewPage = 50

    /// Looks at every letter of a selection as a replay would, and changes nothing; nil when there are more than
    /// `limit`.
    package func previewReplay(
        of selection: ReplaySelection, listing: Int, limit: Int = replayLimit
    ) async throws -> ReplayPreview? {
        let isTooMany = try await client.withConnection { connection in
            try await Self.count(selection, upTo: limit + 1, on: connection) > limit
        }
        guard !isTooMany else { return nil }
        var preview = ReplayPreview(counts: [:], items: [])
        var (last, seen): (LetterID?, Int) = (nil, 0)
        while seen < limit {
            try Task.checkCancellation()
            let page = try await prospects(of: selection, after: last, limit: min(Self.previewPage, limit - seen))
            guard let end = page.last else { break }
            (last, seen) = (end.letter, seen + page.count)
            for item in page { preview.counts[item.prospect.name, default: 0] += 1 }
            preview.items += page.prefix(listing - preview.items.count)
        }
        return preview
    }

    private func prospects(
        of selection: ReplaySelection, after last: LetterID?, limit: Int
    ) async throws -> [ReplayPreview.Item] {
        let after: SQLStatement = last.map { "letter.id > \($0.rawValue)" } ?? "true"
        return try await client.withConnection { connection in
            let candidates = try await connection.query(
                """
                SELECT \(fragment: ReplayCandidate.columns) FROM \(fragment: ReplayCandidate.tables)
                WHERE \(fragment: selection.condition) AND \(fragment: after) ORDER BY letter.id LIMIT \(limit)
                """
            ).map(ReplayCandidate.init)
            let situation = try await ReplaySituation.read(for: candidates, locking: false, on: connection)
            return candidates.map {
                ReplayPreview.Item(letter: $0.letter, prospect: situation.prospect(of: $0))
            }
        }
    }

    /// Makes a replay of a selection, which any gateway then drives.
    ///
    /// `words` is the selection for people, `who` the subject of the caller's token.
    package func startReplay(
        of selection: ReplaySelection, words: String, plan: ReplayPlan, who: String, limit: Int = replayLimit,
        now: Date
    ) async throws -> ReplayStart {
        try await client.withTransaction { connection in
            // One at a time, so that of two that want the same letters the later one sees the earlier.
            try await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('dead letter replays', 0))")
            if let running = try await Self.replayUnderWay(of: selection, on: connection) {
                return .alreadyRunning(running)
            }
            let count = try await Self.count(selection, upTo: limit + 1, on: connection)
            guard count > 0 else { return .nothingSelected }
            guard count <= limit else { return .tooMany }
            let id = ReplayID()
            try await connection.execute(
                """
                INSERT INTO replays (id, created_at, created_by, selection, canary, rate, stop_after, observe)
                VALUES (\(id.rawValue), \(now), \(who), \(words), \(plan.canary)::int[], \(plan.rate), \(plan.stopAfter),
                        \(plan.observe))
                """)
            let taken = try await connection.execute(
                """
                INSERT INTO replay_items (replay_id, position, letter_id)
                SELECT \(id.rawValue)::uuid, row_number() OVER (ORDER BY letter.id), letter.id
                FROM dead_letters AS letter WHERE \(fragment: selection.condition)
                ORDER BY letter.id LIMIT \(limit)
                """)
            let entry = AuditEntry(replay: id, detail: "\(words), \(taken) letters")
            try await audit(.replayStarted, [entry], who: who, now: now, on: connection)
            let rows = try await connection.query(ReplayRecord.select("replays.id = \(id.rawValue)"))
            return try rows.first.map { .started(try ReplayRecord($0)) } ?? .nothingSelected
        }
    }

    private static func count(
        _ selection: ReplaySelection, upTo limit: Int, on connection: PostgresConnection
    ) async throws -> Int {
        let rows = try await connection.query(
            """
            SELECT count(*) AS number FROM (
                SELECT 1 FROM dead_letters AS letter WHERE \(fragment: selection.condition) LIMIT \(limit)) AS found
            """)
        return try rows.first?.decode(Int.self, "number") ?? 0
    }

    /// The oldest running replay that is not done with a letter of the selection.
    private static func replayUnderWay(
        of selection: ReplaySelection, on connection: PostgresConnection
    ) async throws -> ReplayID? {
        try await connection.query(
            """
            SELECT replays.id FROM replays
            WHERE replays.state = 'RUNNING' AND EXISTS (
                SELECT 1 FROM replay_items AS item JOIN dead_letters AS letter ON letter.id = item.letter_id
                WHERE item.replay_id = replays.id AND item.state IN ('PENDING', 'SENT')
                    AND \(fragment: selection.condition))
            ORDER BY replays.created_at LIMIT 1
            """
        ).first.map { try $0.identifier("id") }
    }
}
