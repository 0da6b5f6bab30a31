import AMQP
import Contracts
import Foundation
import LocalSystem
import Logging

/// A queue of the harness's own that keeps every event of jobs and certifications until the end.
struct EventCollector: Sendable {
    private static let queue = "chaos-events"
    private let brokerURL: String

    /// What one event said.
    struct Event: Sendable, Hashable {
        var type: String
        var messageID: String
        /// The certification, or the job of an event about a job.
        var subject: String
    }

    /// Makes the queue.
    static func binding(to brokerURL: String) async throws -> EventCollector {
        let collector = EventCollector(brokerURL: brokerURL)
        try await collector.withChannel { channel in
            _ = try await channel.declareQueue(
                AMQPQueueDeclaration(name: queue, arguments: ["x-queue-type": "quorum"]))
            for key in ["job.#", "certification.#"] {
                try await channel.bindQueue(queue, to: ExchangeName.events.rawValue, routingKey: key)
            }
        }
        return collector
    }

    /// Takes every event that is in the queue, redeliveries once each time.
    func take() async throws -> [Event] {
        try await read(Self.queue, acknowledging: true).map { delivery in
            let properties = delivery.message.properties
            let body = try? JSONDecoder().decode(Body.self, from: delivery.message.body)
            return Event(
                type: properties.type ?? "none", messageID: properties.messageID ?? "none",
                subject: (body?.certification?.certificationId ?? properties.correlationID ?? "none").lowercased())
        }
    }

    /// The causes of the dead letters that nobody has read, with their number. They stay where they are.
    func deadLetters() async throws -> [String: Int] {
        try await read(QueueName.deadLetter.rawValue, acknowledging: false).reduce(into: [:]) { causes, letter in
            let headers = letter.message.properties.headers
            let cause =
                headers?[MessageHeader.cause]?.text
                ?? headers?["x-first-death-reason"].map {
                    "\($0.text) in \(headers?["x-first-death-queue"]?.text ?? "?")"
                }
            causes[cause ?? "none", default: 0] += 1
        }
    }

    /// How many messages are ready in a queue.
    func depth(of queue: QueueName) async throws -> Int {
        try await withChannel { channel in
            try await channel.declareQueue(AMQPQueueDeclaration(name: queue.rawValue, passive: true)).messageCount
        }
    }

    private func read(_ queue: String, acknowledging: Bool) async throws -> [AMQPDelivery] {
        try await withChannel { channel in
            let count = try await channel.declareQueue(AMQPQueueDeclaration(name: queue, passive: true)).messageCount
            guard count > 0 else { return [] }
            let consumer = try await channel.consume(queue: queue, prefetch: min(count, 60_000))
            // Ends the wait for a message that does not come.
            let timer = Task {
                try await Task.sleep(for: .seconds(20))
                try await channel.cancel(consumerTag: consumer.tag)
            }
            defer { timer.cancel() }
            var deliveries: [AMQPDelivery] = []
            for await delivery in consumer.deliveries {
                deliveries.append(delivery)
                if acknowledging { channel.ack(delivery.deliveryTag) }
                if deliveries.count == count { break }
            }
            return deliveries
        }
    }

    private func withChannel<Value: Sendable>(_ body: (AMQPChannel) async throws -> Value) async throws -> Value {
        let connection = try await AMQPConnection.connect(
            try AMQPConfiguration(url: brokerURL), logger: Logger(label: "chaos") { _ in SwiftLogNoOpLogHandler() })
        do {
            let value = try await body(try await connection.openChannel())
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    private struct Body: Decodable {
        struct Certification: Decodable { var certificationId: String }
        var certification: Certification?
    }
}
