package import Contracts
package import Foundation
import Messaging
import MessagingPostgres
import Postgres

extension CertificationStore {
    /// Lists at most `limit` waiting items, from 1, the soonest first. The page starts after `cursor`; nil asks for the
    /// first page.
    package func waiting(
        matching filter: WaitingFilter, after cursor: WaitingCursor?, limit: Int
    ) async throws -> [WaitingItem] {
        var condition: SQLStatement = "\(fragment: WaitingItem.isWaiting) AND \(fragment: filter.condition)"
        if let cursor {
            condition = """
                \(fragment: condition) AND (o.not_before, o.id) > (\(cursor.due)::timestamptz, \(cursor.id.rawValue)::uuid)
                """
        }
        let rows = try await client.query(
            """
            SELECT \(fragment: WaitingItem.columns) FROM \(fragment: WaitingItem.source)
            WHERE \(fragment: condition) ORDER BY o.not_before, o.id LIMIT \(limit)
            """)
        return try rows.map(WaitingItem.init)
    }

    /// Does something to one waiting item.
    ///
    /// - Returns: the item, with the time at which it falls due now; nil when it does not wait any more: it is on its way, or its certification ended.
    package func act(_ action: WaitingAction, on id: MessageID, by who: String, now: Date) async throws -> WaitingItem?
    {
        guard let item = try await items("o.id = \(id.rawValue)", limit: 1).first else { return nil }
        return try await act(action, on: [item], by: who, subject: nil, now: now).first
    }

    /// Does something to every waiting item that matches, at most `limit`, from 1.
    ///
    /// Each transaction takes a thousand items at most, so that nobody waits long for their jobs; what a call that breaks
    /// off has done is done wholly.
    package func act(
        _ action: WaitingAction, onAll filter: WaitingFilter, by who: String, limit: Int = 10_000, now: Date
    ) async throws -> WaitingOutcome {
        let found = try await items(filter.condition, limit: limit + 1)
        let items = Array(found.prefix(limit))
        var changed = 0
        for start in stride(from: 0, to: items.count, by: Self.actionScope) {
            let part = Array(items[start..<min(start + Self.actionScope, items.count)])
            changed += try await act(action, on: part, by: who, subject: filter.description, now: now).count
        }
        return WaitingOutcome(changed: changed, hasMore: found.count > limit)
    }

    private static let actionScope = 1_000

    /// By job, so that each transaction meets few of them.
    private func items(_ condition: SQLStatement, limit: Int) async throws -> [WaitingItem] {
        try await client.query(
            """
            SELECT \(fragment: WaitingItem.columns) FROM \(fragment: WaitingItem.source)
            WHERE \(fragment: WaitingItem.isWaiting) AND \(fragment: condition) ORDER BY c.job_id, o.id LIMIT \(limit)
            """
        ).map(WaitingItem.init)
    }

    /// Acts on those of the items that still wait, in one transaction under the locks of their jobs.
    private func act(
        _ action: WaitingAction, on items: [WaitingItem], by who: String, subject: String?, now: Date
    ) async throws -> [WaitingItem] {
        try await announcing { connection in
            let jobs = try await LockedJob.lock(Array(Set(items.map(\.jobID))), on: connection)
            var step = WaitingStep(action: action, items: try await lock(items, on: connection), jobs: jobs, now: now)
            guard !step.items.isEmpty else { return ([], []) }
            let messages = try await perform(&step, on: connection)
            try await OperatorAction(
                who: who, action: action.name, subject: subject ?? "certification=\(step.items[0].certificationID)",
                detail: ["certifications": step.items.map(\.certificationID.description)]
            ).record(on: connection)
            return (step.items, messages)
        }
    }

    /// Locks the rows of the items that still wait. One that a relay is claiming at this moment is on its way.
    private func lock(_ items: [WaitingItem], on connection: PostgresConnection) async throws -> [WaitingItem] {
        try await connection.query(
            """
            SELECT \(fragment: WaitingItem.columns) FROM \(fragment: WaitingItem.source)
            WHERE o.id = ANY (\(items.map(\.id.rawValue))) AND \(fragment: WaitingItem.isWaiting)
            ORDER BY o.id FOR UPDATE OF o SKIP LOCKED
            """
        ).map(WaitingItem.init)
    }

    private func perform(
        _ step: inout WaitingStep, on connection: PostgresConnection
    ) async throws -> [OutgoingMessage] {
        switch step.action {
        case .runNow: try await move(&step.items, to: "clock_timestamp()", on: connection)
        case .postpone(let date): try await move(&step.items, to: "\(date)::timestamptz", on: connection)
        case .postponeBy(let seconds):
            try await move(
                &step.items, to: "clock_timestamp() + \(Duration.seconds(seconds))::interval", on: connection)
        case .cancel: return try await cancel(step, on: connection)
        }
        return []
    }

    /// The certification follows its message: it is this one that it waits for now, so that its time in a queue does not
    /// run while it waits here, and a limit that put it off asks for no more than the operator does.
    private func move(
        _ items: inout [WaitingItem], to due: SQLStatement, on connection: PostgresConnection
    ) async throws {
        let rows = try await connection.query(
            """
            WITH moved AS (
                UPDATE outbox SET not_before = \(fragment: due), claimed_by = NULL, claimed_until = NULL
                WHERE id = ANY (\(items.map(\.id.rawValue))) RETURNING id, not_before
            ), followed AS (
            UPDATE certifications AS c
            SET next_attempt_at = moved.not_before, request_id = moved.id, request_expires_at = NULL,
                deferred_until = CASE WHEN c.deferred_until IS NOT NULL THEN moved.not_before END
            FROM moved JOIN unnest(\(items.map(\.id.rawValue))::uuid[], \(items.map(\.certificationID.rawValue))::uuid[])
                AS item (id, certification_id) ON item.id = moved.id
            WHERE c.id = item.certification_id AND c.status IN ('QUEUED', 'RETRYING'))
            SELECT id, not_before FROM moved
            """)
        let dues: [MessageID: Date] = try Dictionary(
            uniqueKeysWithValues: rows.map { (try $0.identifier("id"), try $0.decode("not_before")) })
        for index in items.indices { items[index].due = dues[items[index].id] ?? items[index].due }
        try await outbox.announce(on: connection)
    }

    private func cancel(_ step: WaitingStep, on connection: PostgresConnection) async throws -> [OutgoingMessage] {
        try await connection.execute("DELETE FROM outbox WHERE id = ANY (\(step.items.map(\.id.rawValue)))")
        let rows = try await connection.query(
            """
            UPDATE certifications AS c
            SET status = 'CANCELLED', reason_code = \(Reason.cancelledWhileWaiting.code),
                reason = \(Reason.cancelledWhileWaiting.text), finished_at = \(step.now), lease_owner = NULL,
                lease_expires_at = NULL, next_attempt_at = NULL, deferred_until = NULL, deferred_because = NULL
            WHERE id = ANY (\(step.items.map(\.certificationID.rawValue))) AND status IN ('QUEUED', 'RETRYING')
            RETURNING \(fragment: Self.certificationColumns)
            """)
        let ended = Dictionary(grouping: try rows.map(CertificationRecord.init), by: \.jobID)
        var messages: [OutgoingMessage] = []
        for job in step.jobs {
            guard let records = ended[job.id] else { continue }
            for record in records {
                let event = CertificationFinished(jobID: job.id, certification: record.summary, finishedAt: step.now)
                messages.append(try OutgoingMessage(event, trace: job.trace?.child(), now: step.now))
            }
            messages += try await job.finishIfLast(ended: records.count, now: step.now, on: connection)
        }
        return messages
    }
}

/// An action under way.
private struct WaitingStep: Sendable {
    var action: WaitingAction
    /// Their rows are locked.
    var items: [WaitingItem]
    /// Locked, too.
    var jobs: [LockedJob]
    var now: Date
}

extension Reason {
    /// Somebody cancelled the certification of this target alone.
    static let cancelledWhileWaiting = Reason(
        code: "CANCELLED", text: "It was cancelled while it waited for its next attempt.", remedy: nil)
}
