import Contracts
package import Foundation
import Postgres

/// What became of the wish to stop or resume a replay.
package enum ReplayChange: Sendable {
    case changed(ReplayRecord)
    /// It is in that state already, or has ended.
    case unchanged(ReplayRecord)
    case notFound
}

extension CertificationStore {
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
