import CertificationStore
import Contracts
import Foundation
import Messaging
import MessagingPostgres
import Postgres
import Testing

extension CertificationScenario {
    /// A job whose targets all wait for their second attempt, due so many seconds from now each.
    func retrying(_ models: [ModelID], in seconds: Double = 600) async throws -> [CertificationRecord] {
        let (job, certifications) = try await job(of: models)
        // A relay has sent the first requests, and the event.
        try await client.execute("DELETE FROM outbox WHERE correlation_id = \(job.id.rawValue)")
        for certification in certifications {
            try await retry(try await claim(certification), at: Date().addingTimeInterval(seconds))
        }
        return try await store.certifications(of: job.id)
    }

    /// A job of one target whose request a processor has put off, as it does: with a copy under another id.
    func deferred(_ model: ModelID, for delay: Duration) async throws -> CertificationRecord {
        let (job, certifications) = try await job(of: [model])
        try await client.execute("DELETE FROM outbox WHERE correlation_id = \(job.id.rawValue)")
        let request = try request(certifications[0])
        let copy = OutgoingMessage(
            id: MessageID(), exchange: request.exchange, routingKey: request.routingKey, mandatory: true,
            type: MessageType(name: try #require(request.typeName), schemaVersion: 1),
            correlationID: request.correlationID, body: request.body, createdAt: Date(), attempt: 1, trace: nil)
        try await outbox.schedule(copy, after: delay)
        return certifications[0]
    }

    func waiting(_ filter: WaitingFilter = WaitingFilter()) async throws -> [WaitingItem] {
        try await store.waiting(matching: filter, after: nil, limit: 100)
    }

    func item(of certification: CertificationRecord) async throws -> WaitingItem {
        try #require(try await waiting().first { $0.certificationID == certification.id })
    }

    @discardableResult
    func act(_ action: WaitingAction, on item: WaitingItem, by who: String = "ada") async throws -> WaitingItem? {
        try await store.act(action, on: item.id, by: who, now: Date())
    }
}
