import Contracts
import Foundation
import Messaging
import Postgres

/// What was dispatched of a job, and whether any of its certifications has not ended.
struct JobDispatch: Sendable {
    var requests: [OutgoingMessage]
    var hasUnfinished: Bool
}

extension LockedJob {
    /// Gives the next `count` targets that wait for their turn to the processors: their requests belong into the outbox
    /// in this transaction.
    ///
    /// One statement, whatever there is to do, because every ending runs it. Rows are fetched by an array of ids: a join
    /// reads all of a large job that was stored a moment ago, of which the planner knows nothing yet. `statements` are
    /// executed before it in the same round trip.
    func dispatchNext(
        _ count: Int, after statements: [SQLStatement] = [], now: Date, on connection: PostgresConnection
    ) async throws -> JobDispatch {
        let ids = (0..<max(0, count)).map { _ in MessageID().rawValue }
        let dispatching: SQLStatement =
            """
            WITH next AS (
                SELECT ARRAY(
                    SELECT id FROM certifications
                    WHERE job_id = \(id.rawValue) AND status = 'QUEUED' AND request_id IS NULL
                    ORDER BY id LIMIT \(ids.count)) AS ids
            ), dispatched AS (
                UPDATE certifications AS c
                SET request_id = (\(ids)::uuid[])[array_position((SELECT ids FROM next), c.id)]
                WHERE c.id = ANY ((SELECT ids FROM next)::uuid[]) AND c.request_id IS NULL
                RETURNING c.id, c.provider, c.model, c.region, c.profile, c.request_id
            )
            SELECT EXISTS (
                    SELECT 1 FROM certifications
                    WHERE job_id = \(id.rawValue) AND status IN ('QUEUED', 'PROCESSING', 'RETRYING')
                ) AS has_unfinished, dispatched.*
            FROM (SELECT 1) AS always LEFT JOIN dispatched ON true
            """
        let rows = try await connection.pipeline(statements + [dispatching]).last ?? []
        return JobDispatch(
            requests: try rows.compactMap { try request(in: $0, now: now) },
            hasUnfinished: try rows.first?.decode(Bool.self, "has_unfinished") ?? false)
    }

    /// - Returns: nil for the row that only says that nothing was dispatched.
    private func request(in row: PostgresRow, now: Date) throws -> OutgoingMessage? {
        guard try row.decodeIfPresent(UUID.self, "request_id") != nil else { return nil }
        let request = CertificationRequested(
            jobID: id, certificationID: try row.identifier("id"), target: try row.target(), suite: suite, lane: lane,
            requestedAt: createdAt)
        var message = try OutgoingMessage(request, trace: trace?.child(), now: now)
        message.id = try row.identifier("request_id")
        return message
    }
}
