import Contracts
import Curl
import Foundation
import Logging
import Messaging
import Postgres
import ServiceLifecycle
import Testing

@testable import Notifier

/// A notifier with a schema and a mail server of its own, without a broker: events are handed to its handler.
struct NotifierScenario {
    let store: NotificationStore
    let schema: String
    let wakeUp = WakeUp()
    let health = MailServerHealth()
    private let from: MailAddress

    static func run(_ body: (NotifierScenario) async throws -> Void) async throws {
        try await PostgresScratch.run { client, schema in
            let store = NotificationStore(client: client, schema: schema)
            try await store.migrate(logger: PostgresScratch.logger)
            let from = try #require(MailAddress("CertForge <certforge@example.org>"))
            try await body(NotifierScenario(store: store, schema: schema, from: from))
        }
    }

    private init(store: NotificationStore, schema: String, from: MailAddress) {
        self.store = store
        self.schema = schema
        self.from = from
    }

    /// The same database seen by a new process.
    func restarted() -> NotifierScenario { NotifierScenario(store: store, schema: schema, from: from) }

    /// Runs a delivery service against a mail server for as long as `body` runs. To be called once.
    func delivering(
        to url: String, lease: Duration = .seconds(15), _ body: () async throws -> Void
    ) async throws {
        let service = try Self.service(store: store, url: url, lease: lease, from: from, wakeUp: wakeUp, health: health)
        let group = ServiceGroup(services: [service], logger: PostgresScratch.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// A delivery service that is in a hurry.
    static func service(
        store: NotificationStore, url: String, lease: Duration = .seconds(15), from: MailAddress? = nil,
        wakeUp: WakeUp = WakeUp(), health: MailServerHealth = MailServerHealth(),
        logger: Logger = Logger(label: "notifier-tests", factory: { _ in SwiftLogNoOpLogHandler() })
    ) throws -> DeliveryService {
        var configuration = DeliveryService.Configuration()
        configuration.pollInterval = .milliseconds(50)
        configuration.lease = lease
        configuration.policy.retry = RetryPolicy(maxAttempts: 3, base: .milliseconds(20), cap: .milliseconds(50))
        let sender = try #require(from ?? MailAddress("CertForge <certforge@example.org>"))
        return DeliveryService(
            store: store, composer: try MailComposer(from: sender, publicURL: "https://certforge.example.org"),
            engine: try CurlEngine(), server: try SMTPServer(url: url), wakeUp: wakeUp, health: health,
            metrics: NotifierMetrics(), configuration: configuration, logger: logger)
    }

    /// A finished job of one target.
    static func job(notify: [String]) -> JobFinished {
        let now = Date(timeIntervalSince1970: 1_770_000_000)
        let summary = CertificationSummary(
            certificationID: CertificationID(),
            target: Target(provider: .bedrock, model: "vendor.model-v1:0", region: "eu-west-1", profile: .inRegion),
            modelName: "Model", status: .certified, rating: 4.5, badge: .recommended, reasonCode: nil, reason: nil,
            remedy: nil, attempts: 1, certifiedUntil: now)
        return JobFinished(
            jobID: JobID(), status: .completed, suite: .base, requestedBy: "alice", notify: notify, requestedAt: now,
            finishedAt: now, counts: ["CERTIFIED": 1], certifications: [summary], skipped: [])
    }

    /// Has the handler see the event as a delivery of the queue.
    @discardableResult
    func receive(
        _ job: JobFinished, id: MessageID? = MessageID(), trace: TraceContext? = TraceContext()
    ) async throws -> Disposition {
        let handler = JobFinishedHandler(
            store: store, wakeUp: wakeUp, mailDomain: from.domain, logger: PostgresScratch.logger)
        let message = IncomingMessage(
            queue: .notifications, exchange: .events, routingKey: job.destination.routingKey, id: id,
            correlationID: job.jobID, typeName: job.type.name, schemaVersion: job.type.schemaVersion,
            contentType: "application/json", appID: "processor", timestamp: nil, attempt: 1, trace: trace,
            redelivered: false, body: try MessageCoding.encode(job), headers: [:])
        return try await handler.handle(job, of: message)
    }

    struct Row: Equatable {
        var status: String
        var attempts: Int
        var code: Int?
        var error: String?
        /// The outcomes of the attempts, in their order; nil for one that was cut off.
        var outcomes: [String?]
    }

    func row(_ job: JobFinished, _ recipient: String) async throws -> Row {
        let id = NotificationID(job: job.jobID, recipient: recipient).rawValue
        let row = try #require(
            try await store.client.query(
                """
                SELECT status, attempts, smtp_code, last_error,
                    (SELECT array_agg(outcome ORDER BY fence) FROM delivery_attempts
                        WHERE notification_id = id) AS outcomes
                FROM notifications WHERE id = \(id)
                """
            ).first)
        return Row(
            status: try row.decode("status"), attempts: try row.decode("attempts"),
            code: try row.decodeIfPresent("smtp_code"), error: try row.decodeIfPresent("last_error"),
            outcomes: try row.decodeIfPresent([String?].self, "outcomes") ?? [])
    }

    /// The row once `condition` holds for it.
    func row(
        _ job: JobFinished, _ recipient: String, once condition: (Row) -> Bool
    ) async throws -> Row {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let row = try await row(job, recipient)
            if condition(row) { return row }
            try #require(ContinuousClock.now < deadline, "still \(row)")
        }
    }
}
