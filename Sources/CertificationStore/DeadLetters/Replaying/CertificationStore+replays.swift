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

/// What became of the wish to stop or resume a replay.
package enum ReplayChange: Sendable {
    case changed(ReplayRecord)
    /// It is in that state already, or has ended.
    case unchanged(ReplayRecord)
    case notFound
}

extension CertificationStore {
    /// How many letters one replay holds at most.
    package static let replayLimit = 100_000

    /// Looks at every letter of a selection as a replay would, and changes nothing.
    package func previewReplay(of selection: ReplaySelection, listing limit: Int) async throws -> ReplayPreview {
        try await client.withConnection { connection in
            var preview = ReplayPreview(counts: [:], items: [])
            var last: LetterID?
            while true {
                let after: SQLStatement = last.map { "letter.id > \($0.rawValue)" } ?? "true"
                let candidates = try await connection.query(
                    """
                    SELECT \(fragment: ReplayCandidate.columns) FROM \(fragment: ReplayCandidate.tables)
                    WHERE \(fragment: selection.condition) AND \(fragment: after) ORDER BY letter.id LIMIT 500
                    """
                ).map(ReplayCandidate.init)
                guard let end = candidates.last else { return preview }
                last = end.letter
                let situation = try await ReplaySituation.read(for: candidates, locking: false, on: connection)
                for candidate in candidates {
                    let prospect = situation.prospect(of: candidate)
                    preview.counts[prospect.name, default: 0] += 1
                    if preview.items.count < limit {
                        preview.items.append(ReplayPreview.Item(letter: candidate.letter, prospect: prospect))
                    }
                }
            }
        }
    }

    /// Makes a replay of a selection, which any gateway then drives; nil when no letter is selected.
    ///
    /// `words` is the selection for people, `who` the subject of the caller's token.
    package func startReplay(
        of selection: ReplaySelection, words: String, plan: ReplayPlan, who: String, now: Date
    ) async throws -> ReplayRecord? {
        let id = ReplayID()
        return try await client.withTransaction { connection in
            try await connection.execute(
                """
                INSERT INTO replays (id, created_at, created_by, selection, canary, rate, stop_after, observe)
                VALUES (\(id.rawValue), \(now), \(who), \(words), \(plan.canary)::int[], \(plan.rate), \(plan.stopAfter),
                        \(plan.observe))
                """)
            let count = try await connection.execute(
                """
                INSERT INTO replay_items (replay_id, position, letter_id)
                SELECT \(id.rawValue)::uuid, row_number() OVER (ORDER BY letter.id), letter.id
                FROM dead_letters AS letter WHERE \(fragment: selection.condition)
                ORDER BY letter.id LIMIT \(Self.replayLimit)
                """)
            guard count > 0 else {
                try await connection.execute("DELETE FROM replays WHERE id = \(id.rawValue)")
                return nil
            }
            let entry = AuditEntry(replay: id, detail: "\(words), \(count) letters")
            try await audit(.replayStarted, [entry], who: who, now: now, on: connection)
            return try await connection.query(ReplayRecord.select("replays.id = \(id.rawValue)")).first
                .map(ReplayRecord.init)
        }
    }

    /// Lists at most `limit` replays, from 1, newest first, from after `cursor`.
    package func replays(after cursor: ReplayID?, limit: Int) async throws -> [ReplayRecord] {
        let condition: SQLStatement = cursor.map { "replays.id < \($0.rawValue)" } ?? "true"
        return try await client.query(
            "\(fragment: ReplayRecord.select(condition)) ORDER BY replays.id DESC LIMIT \(limit)"
        ).map(ReplayRecord.init)
    }

    package func replay(_ id: ReplayID) async throws -> ReplayRecord? {
        try await client.query(ReplayRecord.select("replays.id = \(id.rawValue)")).first.map(ReplayRecord.init)
    }

    /// A replay's items in their order, from after the item `cursor`, at most `limit`, from 1.
    package func items(
        of replay: ReplayID, in state: ReplayItemState?, after cursor: ReplayItemID?, limit: Int
    ) async throws -> [ReplayItemRecord] {
        var condition: SQLStatement = "item.replay_id = \(replay.rawValue)"
        if let state { condition = "\(fragment: condition) AND item.state = \(state.rawValue)" }
        if let cursor {
            condition = """
                \(fragment: condition) AND item.position
                    > (SELECT position FROM replay_items WHERE id = \(cursor.rawValue))
                """
        }
        return try await client.query(ReplayItemRecord.select(condition, after: nil, limit: limit))
            .map(ReplayItemRecord.init)
    }

    /// The audit trail of a replay itself, oldest first.
    package func audit(of replay: ReplayID) async throws -> [DeadLetterAudit] {
        try await client.query(
            DeadLetterAudit.select("replay_id = \(replay.rawValue) AND letter_id IS NULL", limit: Self.historyLimit)
        ).map(DeadLetterAudit.init)
    }

    /// Sends nothing more; what was sent is observed to its end.
    package func stopReplay(_ id: ReplayID, reason: String, who: String, now: Date) async throws -> ReplayChange {
        try await change(id, from: .running, action: .replayStopped, detail: reason, who: who, now: now) {
            "state = 'STOPPED', reason = \(reason), finished_at = \(now)"
        }
    }

    /// Goes on with what was not sent. Failures that are known by now count no more.
    package func resumeReplay(_ id: ReplayID, who: String, now: Date) async throws -> ReplayChange {
        try await change(id, from: .stopped, action: .replayResumed, detail: nil, who: who, now: now) {
            """
            state = 'RUNNING', reason = NULL, finished_at = NULL, settled = false,
            forgiven = (SELECT count(*) FROM replay_items AS item
                        WHERE item.replay_id = replays.id AND item.stage = replays.stage AND item.state = 'FAILED')
            """
        }
    }

    private func change(
        _ id: ReplayID, from state: ReplayState, action: DeadLetterAction, detail: String?, who: String, now: Date,
        _ change: () -> SQLStatement
    ) async throws -> ReplayChange {
        let assignment = change()
        return try await client.withTransaction { connection in
            let count = try await connection.execute(
                """
                UPDATE replays SET \(fragment: assignment)
                WHERE id = \(id.rawValue) AND state = \(state.rawValue)
                """)
            if count == 1 {
                let entry = AuditEntry(replay: id, detail: detail)
                try await audit(action, [entry], who: who, now: now, on: connection)
            }
            let rows = try await connection.query(ReplayRecord.select("replays.id = \(id.rawValue)"))
            guard let record = try rows.first.map(ReplayRecord.init) else { return .notFound }
            return count == 1 ? .changed(record) : .unchanged(record)
        }
    }
}
