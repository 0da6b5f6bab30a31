import Contracts
import Foundation
import Logging
import Messaging
import MessagingPostgres
import Postgres

/// The notifier's own schema: reports, notifications, attempts, outbox and inbox.
struct NotificationStore: Sendable {
    static let schema = "notifier"
    /// The name under which the inbox knows this service.
    static let consumer = "notifier"
    static let migrations = [
        PostgresOutbox.migration,
        Migration(name: "0001_notifications", file: PackageResources._001_notifications_sql),
        PostgresOutbox.retentionMigration,
        Migration(name: "0007_notices", file: PackageResources._007_notices_sql),
    ]

    let client: PostgresClient
    private let schema: String
    let inbox: PostgresInbox

    /// Another schema than the service's own is for tests.
    init(client: PostgresClient, schema: String = NotificationStore.schema) {
        self.client = client
        self.schema = schema
        inbox = PostgresInbox(schema: schema)
    }

    var reports: SQLStatement { "\(identifier: schema).job_reports" }
    var notices: SQLStatement { "\(identifier: schema).notices" }
    var notifications: SQLStatement { "\(identifier: schema).notifications" }
    private var attempts: SQLStatement { "\(identifier: schema).delivery_attempts" }

    /// Brings the schema up to date, waiting until the deadline for a database that is not there yet.
    func migrate(within deadline: Duration = .seconds(60), logger: Logger) async throws {
        let migrator = Migrator(client: client, schema: schema, migrations: Self.migrations, logger: logger)
        let end = ContinuousClock.now + deadline
        var isFirst = true
        while true {
            do {
                try await migrator.migrate()
                return
            } catch let error as PostgresError where error.isConnectionTrouble && ContinuousClock.now < end {
                if isFirst {
                    logger.warning("The database is not there yet; trying on", metadata: ["error": "\(error)"])
                }
                isFirst = false
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Whether the database answers.
    func ping() async throws {
        _ = try await client.query("SELECT 1 AS one")
    }

    // MARK: - Receiving

    /// Stores one notification for each recipient of a report, in the transaction that marks the message as handled.
    ///
    /// - Returns: how many are new; 0 when the message was handled before.
    func insert(
        _ report: JobFinished, message: MessageID, trace: TraceContext?, mailDomain: String, now: Date
    ) async throws -> Int {
        try await client.withTransaction { connection in
            let isNew = try await inbox.record(message, consumer: Self.consumer, on: connection)
            guard isNew, !report.notify.isEmpty else { return 0 }
            try await connection.execute(
                """
                INSERT INTO \(fragment: reports) (job_id, report, traceparent, tracestate, received_at)
                VALUES (\(report.jobID.rawValue), \(JSONB(value: report)), \(trace?.traceparent),
                    \(trace?.traceState), \(now))
                ON CONFLICT DO NOTHING
                """)
            let ids = report.notify.map { NotificationID(job: report.jobID, recipient: $0) }
            return try await connection.execute(
                """
                INSERT INTO \(fragment: notifications) (
                    id, job_id, recipient, mail_message_id, next_attempt_at, created_at)
                SELECT id, \(report.jobID.rawValue), recipient, mail_message_id, \(now), \(now)
                FROM unnest(\(ids.map(\.rawValue))::uuid[], \(report.notify)::text[],
                    \(ids.map { "<\($0)@\(mailDomain)>" })::text[]) AS new (id, recipient, mail_message_id)
                ON CONFLICT DO NOTHING
                """)
        }
    }

    // MARK: - Claiming

    /// Claims notifications that are due: new ones, those whose wait is over, and those whose sender died.
    ///
    /// The attempt is on record before the mail server is called: what a crash leaves behind can be seen.
    func claim(limit: Int, lease: Duration) async throws -> [ClaimedNotification] {
        let rows = try await client.query(
            """
            WITH claimed AS (
                UPDATE \(fragment: notifications)
                SET status = 'sending', attempts = attempts + 1, fence = fence + 1,
                    lease_expires_at = clock_timestamp() + \(lease)::interval
                WHERE id = ANY (ARRAY(
                    SELECT id FROM \(fragment: notifications)
                    WHERE (status = 'pending' AND next_attempt_at <= now())
                        OR (status = 'sending' AND lease_expires_at <= now())
                    ORDER BY next_attempt_at
                    LIMIT \(limit)
                    FOR UPDATE SKIP LOCKED))
                RETURNING *),
            recorded AS (
                INSERT INTO \(fragment: attempts) (notification_id, fence, attempt)
                SELECT id, fence, attempts FROM claimed)
            SELECT claimed.id, claimed.fence, claimed.attempts, claimed.recipient, claimed.mail_message_id,
                claimed.created_at, report.report, notice.kind, notice.notice,
                COALESCE(report.traceparent, notice.traceparent) AS traceparent,
                COALESCE(report.tracestate, notice.tracestate) AS tracestate
            FROM claimed LEFT JOIN \(fragment: reports) AS report USING (job_id)
                LEFT JOIN \(fragment: notices) AS notice ON notice.id = claimed.notice_id
            ORDER BY claimed.next_attempt_at
            """)
        return try rows.map(ClaimedNotification.init(row:))
    }

    /// Extends the lease.
    ///
    /// - Returns: false when the notification has gone to another sender.
    func renew(_ claim: ClaimedNotification, lease: Duration) async throws -> Bool {
        try await client.execute(
            """
            UPDATE \(fragment: notifications) SET lease_expires_at = clock_timestamp() + \(lease)::interval
            WHERE id = \(claim.id.rawValue) AND fence = \(claim.fence) AND status = 'sending'
            """) == 1
    }

    /// Records how an attempt ended.
    ///
    /// - Returns: false when the notification had gone to another sender, in which case nothing is changed.
    func record(_ verdict: DeliveryVerdict, of claim: ClaimedNotification) async throws -> Bool {
        let change = RowChange(verdict)
        return try await client.withTransaction { connection in
            let count = try await connection.execute(
                """
                UPDATE \(fragment: notifications)
                SET status = \(change.status), lease_expires_at = NULL, smtp_code = \(change.code),
                    last_error = \(change.error), attempts = attempts - \(change.uncounted),
                    next_attempt_at = now() + \(change.delay)::interval,
                    sent_at = CASE WHEN \(change.status) = 'sent' THEN now() END,
                    failed_at = CASE WHEN \(change.status) = 'failed' THEN now() END
                WHERE id = \(claim.id.rawValue) AND fence = \(claim.fence) AND status = 'sending'
                """)
            guard count == 1 else { return false }
            try await connection.execute(
                """
                UPDATE \(fragment: attempts)
                SET finished_at = clock_timestamp(), outcome = \(change.outcome), smtp_code = \(change.code),
                    error = \(change.error)
                WHERE notification_id = \(claim.id.rawValue) AND fence = \(claim.fence)
                """)
            return true
        }
    }
}

/// What a verdict means for the rows.
private struct RowChange {
    var status: String
    var outcome: String
    var code: Int?
    var error: String?
    var delay = Duration.zero
    var uncounted = 0

    init(_ verdict: DeliveryVerdict) {
        switch verdict {
        case .sent(let code):
            (status, outcome, self.code) = ("sent", "sent", code)
        case .retry(let delay, let failure):
            (status, outcome, self.delay) = ("pending", "retry", delay)
            (code, error) = (failure.replyCode, failure.text)
        case .failed(let failure):
            (status, outcome) = ("failed", "failed")
            (code, error) = (failure.replyCode, failure.text)
        case .postponed(let delay, let failure):
            (status, outcome, self.delay, uncounted) = ("pending", "postponed", delay, 1)
            (code, error) = (failure.replyCode, failure.text)
        }
    }
}

extension ClaimedNotification {
    fileprivate init(row: PostgresRow) throws {
        let traceparent: String? = try row.decodeIfPresent("traceparent")
        let tracestate: String? = try row.decodeIfPresent("tracestate")
        self.init(
            id: NotificationID(rawValue: try row.decode("id")), fence: try row.decode("fence"),
            attempt: try row.decode("attempts"), recipient: try row.decode("recipient"),
            mailMessageID: try row.decode("mail_message_id"),
            subject: try NotifiedEvent(row: row),
            trace: traceparent.flatMap { TraceContext(traceparent: $0, tracestate: tracestate) },
            createdAt: try row.decode("created_at"))
    }
}
