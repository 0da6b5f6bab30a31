import Contracts
import Foundation
import Messaging
import MessagingPostgres
import Postgres

extension NotificationStore {
    /// Stores one notification for each recipient of a notice, in the transaction that marks the message as handled.
    ///
    /// - Returns: how many are new; 0 when the notice was given before, and when nobody asked to be told.
    func insert(
        notice event: NotifiedEvent, message: MessageID, trace: TraceContext?, mailDomain: String, now: Date
    ) async throws -> Int {
        let notice = NoticeID(of: event)
        return try await client.withTransaction { connection in
            guard try await inbox.record(message, consumer: Self.consumer, on: connection) else { return 0 }
            let recipients = try await recipients(of: event, on: connection)
            guard !recipients.isEmpty else { return 0 }
            try await connection.execute(
                """
                INSERT INTO \(fragment: notices) (id, kind, job_id, notice, traceparent, tracestate, received_at)
                VALUES (\(notice.rawValue), \(event.type.name), \(event.jobID.rawValue), \(JSONB(value: event)),
                    \(trace?.traceparent), \(trace?.traceState), \(now))
                ON CONFLICT DO NOTHING
                """)
            let ids = recipients.map { NotificationID(notice: notice, recipient: $0) }
            return try await connection.execute(
                """
                INSERT INTO \(fragment: notifications) (
                    id, notice_id, recipient, mail_message_id, next_attempt_at, created_at)
                SELECT id, \(notice.rawValue), recipient, mail_message_id, \(now), \(now)
                FROM unnest(\(ids.map(\.rawValue))::uuid[], \(recipients)::text[],
                    \(ids.map { "<\($0)@\(mailDomain)>" })::text[]) AS new (id, recipient, mail_message_id)
                ON CONFLICT DO NOTHING
                """)
        }
    }

    /// Whoever a revoked certificate's job told is told of its revocation, too.
    private func recipients(of event: NotifiedEvent, on connection: PostgresConnection) async throws -> [String] {
        switch event {
        case .jobFinished(let job): return job.notify
        case .drifted(let drift): return drift.notify
        case .expiring(let notice): return notice.notify
        case .revoked(let revocation):
            let rows = try await connection.query(
                "SELECT report FROM \(fragment: reports) WHERE job_id = \(revocation.jobID.rawValue)")
            return try rows.first?.decode(JSONB<JobFinished>.self, "report").value.notify ?? []
        }
    }
}
