import Contracts
package import Foundation
import Messaging
import MessagingPostgres
import Postgres

/// The right to drive a replay until the lease ends. Every step carries the fence; after another claim it changes nothing.
package struct ReplayLease: Sendable, Hashable {
    package var id: ReplayID
    package var owner: UUID
    package var fence: Int
    package var plan: ReplayPlan
}

/// What a step of a replay came to.
package struct ReplayStep: Sendable, Hashable {
    package enum Next: Sendable, Hashable {
        /// There is more to send as soon as the rate allows.
        case send
        /// Outcomes are awaited.
        case wait
        /// The replay is over and every outcome known.
        case over(ReplayState)
    }

    package var next: Next
    /// How many messages the step sent.
    package var sent: Int
    /// How many letters ended in which state.
    package var outcomes: [ReplayItemState: Int]
}

extension CertificationStore {
    /// How long a gateway may leave a replay alone before another takes it.
    package static let replayLease = Duration.seconds(8)

    /// How many letters one step sends at most: a transaction that holds their jobs is to be short.
    package static let replayBatch = 50

    /// Takes a replay that nobody drives; nil when there is none.
    package func claimReplay(owner: UUID) async throws -> ReplayLease? {
        let rows = try await client.query(
            """
            UPDATE replays SET owner = \(owner), fence = fence + 1,
                lease_expires_at = clock_timestamp() + \(Self.replayLease)::interval
            WHERE id = (
                SELECT id FROM replays
                WHERE (state = 'RUNNING' OR NOT settled)
                    AND (lease_expires_at IS NULL OR lease_expires_at < clock_timestamp())
                ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, fence, canary, rate, stop_after, observe
            """)
        return try rows.first.map { row in
            ReplayLease(
                id: try row.identifier("id"), owner: owner, fence: try row.decode("fence"), plan: try ReplayPlan(row))
        }
    }

    /// Lets another gateway take a replay at once.
    package func releaseReplay(_ lease: ReplayLease) async throws {
        try await client.execute(
            "UPDATE replays SET lease_expires_at = NULL WHERE \(fragment: lease.isHeld)")
    }

    /// Takes a replay one step further in one transaction: records the outcomes that are known by now, decides, and
    /// sends, or goes on to the next stage, or ends. The lease then runs anew.
    ///
    /// `allowance` is how many messages the rate allows to send now, from 0; `observing` says whether to look for outcomes,
    /// which costs more than sending does. Returns nil when the lease was lost.
    package func step(
        _ lease: ReplayLease, allowance: Int, observing: Bool, now: Date
    ) async throws -> ReplayStep? {
        try await announcing { connection in
            guard let row = try await hold(lease, on: connection) else { return (nil, []) }
            let outcomes = observing ? try await observe(lease, now: now, on: connection) : [:]
            let progress = try await progress(of: row, lease, on: connection)
            var step = ReplayStep(next: .wait, sent: 0, outcomes: outcomes)
            guard row.state == .running else {
                if progress.isSettled { try await settle(lease, on: connection) }
                step.next = progress.isSettled ? .over(row.state) : .wait
                return (step, [])
            }
            switch ReplayDecision(progress.view) {
            case .send(let room):
                let batch = try await send(
                    lease, stage: row.stage, limit: min(room, allowance, Self.replayBatch), row: row, now: now,
                    on: connection)
                step.sent = batch.messages.count
                step.outcomes[.skipped, default: 0] += batch.skipped
                step.next = .send
                return (step, batch.messages)
            case .wait:
                step.next = .wait
            case .advance:
                try await advance(lease, on: connection)
                step.next = .send
            case .stop(let reason):
                try await end(lease, as: .stopped, reason: reason, now: now, on: connection)
            case .complete:
                try await end(lease, as: .completed, reason: nil, now: now, on: connection)
                try await settle(lease, on: connection)
                step.next = .over(.completed)
            }
            return (step, [])
        }
    }

    /// Locks the replay's row and renews the lease; nil when it was lost.
    private func hold(_ lease: ReplayLease, on connection: PostgresConnection) async throws -> ReplayRow? {
        try await connection.query(
            """
            UPDATE replays SET lease_expires_at = clock_timestamp() + \(Self.replayLease)::interval
            WHERE \(fragment: lease.isHeld) RETURNING state, stage, forgiven, created_by
            """
        ).first.map(ReplayRow.init)
    }

    private func progress(
        of row: ReplayRow, _ lease: ReplayLease, on connection: PostgresConnection
    ) async throws -> ReplayProgress {
        let rows = try await connection.query(
            """
            SELECT count(*) FILTER (WHERE state = 'PENDING') AS pending,
                count(*) FILTER (WHERE state = 'SENT') AS sent,
                count(*) FILTER (WHERE state = 'SENT' AND stage = \(row.stage)) AS under_way,
                count(*) FILTER (WHERE stage = \(row.stage) AND state NOT IN ('PENDING', 'SENT', 'SKIPPED')) AS ended,
                count(*) FILTER (WHERE stage = \(row.stage) AND state = 'FAILED') AS failed
            FROM replay_items WHERE replay_id = \(lease.id.rawValue)
            """)
        guard let counts = rows.first else { throw MissingReplay(id: lease.id) }
        return ReplayProgress(
            view: ReplayView(
                canary: lease.plan.canary, stage: row.stage, stopAfter: lease.plan.stopAfter,
                pending: try counts.decode("pending"), underWay: try counts.decode("under_way"),
                ended: try counts.decode("ended"), failed: max(0, try counts.decode("failed") - row.forgiven)),
            isSettled: try counts.decode(Int.self, "sent") == 0)
    }

    private func advance(_ lease: ReplayLease, on connection: PostgresConnection) async throws {
        try await connection.execute(
            "UPDATE replays SET stage = stage + 1, forgiven = 0 WHERE \(fragment: lease.isHeld)")
    }

    private func settle(_ lease: ReplayLease, on connection: PostgresConnection) async throws {
        try await connection.execute("UPDATE replays SET settled = true WHERE \(fragment: lease.isHeld)")
    }

    private func end(
        _ lease: ReplayLease, as state: ReplayState, reason: String?, now: Date, on connection: PostgresConnection
    ) async throws {
        try await connection.execute(
            """
            UPDATE replays SET state = \(state.rawValue), reason = \(reason), finished_at = \(now)
            WHERE \(fragment: lease.isHeld)
            """)
        let action = state == .stopped ? DeadLetterAction.replayStopped : .replayCompleted
        let entry = AuditEntry(replay: lease.id, detail: reason)
        try await audit(action, [entry], who: Self.auditor, now: now, on: connection)
    }
}

extension ReplayLease {
    /// Holds for the replay's row as long as the lease does.
    var isHeld: SQLStatement { "id = \(id.rawValue) AND fence = \(fence) AND owner = \(owner)" }
}

/// A replay's row while a step has it locked.
struct ReplayRow: Sendable {
    var state: ReplayState
    var stage: Int
    var forgiven: Int
    var createdBy: String

    init(_ row: PostgresRow) throws {
        state = try row.name("state")
        stage = try row.decode("stage")
        forgiven = try row.decode("forgiven")
        createdBy = try row.decode("created_by")
    }
}

private struct ReplayProgress: Sendable {
    var view: ReplayView
    /// Whether the outcome of everything that was sent is known.
    var isSettled: Bool
}

/// A replay that this transaction has locked is not there: impossible unless its rows were changed by hand.
private struct MissingReplay: Error, CustomStringConvertible {
    let id: ReplayID

    var description: String { "the replay \(id) is missing" }
}
