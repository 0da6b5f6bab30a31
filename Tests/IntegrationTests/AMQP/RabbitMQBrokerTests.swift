import Foundation
import Messaging
import MessagingRabbitMQ
import Testing

@testable import AMQP
@testable import Contracts

@Suite("RabbitMQ broker", .timeLimit(.minutes(1)))
struct RabbitMQBrokerTests {
    private func message(_ topology: Topology, body: String = "{}") throws -> OutgoingMessage {
        let exchange = try #require(topology.exchanges.first)
        return OutgoingMessage(
            id: MessageID(), exchange: exchange.name, routingKey: "certification.requested.normal", mandatory: true,
            type: MessageType(name: "certification.requested", schemaVersion: 1), correlationID: JobID(),
            body: Data(body.utf8), createdAt: Date(timeIntervalSince1970: 1_700_000_000), attempt: 2,
            trace: TraceContext(
                traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: "a=b"),
            extraHeaders: ["x-cause": "rejected"])
    }

    /// Lends a running broker with an exchange and a queue of their own.
    private func withBroker(_ body: (RabbitMQBroker, Topology) async throws -> Void) async throws {
        let exchange = ExchangeName(AMQPTestBroker.uniqueName("exchange"))
        let queue = QueueName(AMQPTestBroker.uniqueName("queue"))
        let topology = Topology(
            exchanges: [.init(name: exchange, kind: .topic, alternate: nil)], queues: [.init(name: queue)],
            bindings: [.init(exchange: exchange, queue: queue, pattern: "certification.requested.*")], policies: [])
        let broker = try RabbitMQBroker(
            url: try AMQPTestBroker.url(), connectionName: "broker test", logger: AMQPTestBroker.logger)
        await #expect(throws: AMQPError.self) { try await broker.check(topology) }
        try await broker.declare(topology)
        try await broker.check(topology)
        try await withThrowingTaskGroup { group in
            group.addTask { try await broker.run() }
            try await broker.waitUntilReady()
            try await body(broker, topology)
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(!broker.isPublisherReady)
        try await AMQPTestBroker.withConnection { connection in
            let channel = try await connection.openChannel()
            try await channel.deleteQueue(queue.rawValue)
            try await channel.deleteExchange(exchange.rawValue)
        }
    }

    @Test("Everything that a message says arrives with it")
    func roundTrip() async throws {
        try await withBroker { broker, topology in
            let message = try message(topology)
            let outcomes = await broker.publisher.publish([message])
            #expect(outcomes == [.confirmed])
            let queue = try #require(topology.queues.first).name
            let subscription = try await broker.source.subscribe(to: queue, prefetch: 5)
            let delivery = try #require(await subscription.deliveries.first { _ in true })
            let received = delivery.message
            #expect(received.id == message.id)
            #expect(received.correlationID == message.correlationID)
            #expect(received.typeName == message.type.name)
            #expect(received.schemaVersion == 1)
            #expect(received.contentType == "application/json")
            #expect(received.appID == "broker test")
            #expect(received.timestamp == message.createdAt)
            #expect(received.attempt == 2)
            #expect(received.trace == message.trace)
            #expect(received.headers["x-cause"] == "rejected")
            #expect(received.body == message.body)
            #expect(received.exchange == message.exchange)
            #expect(received.routingKey == message.routingKey)
            #expect(received.queue == queue)
            let first = await delivery.settle(.ack)
            let second = await delivery.settle(.ack)
            #expect(first)
            #expect(!second)
            await subscription.close()
        }
    }

    @Test("What a stranger puts into headers cannot keep a message from being stored or sent again")
    func hostileHeaders() async throws {
        try await withBroker { broker, topology in
            let exchange = try #require(topology.exchanges.first).name.rawValue
            let queue = try #require(topology.queues.first).name
            var properties = AMQPProperties()
            properties.headers = [
                "x-attempt": .integer(.max), "tenant": "blue", "nul": "a\0b", "k\0y": "c",
                "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "a=\0",
            ]
            try await AMQPTestBroker.withConnection { connection in
                let channel = try await connection.openChannel()
                try await channel.selectConfirms()
                let publication = AMQPPublication(
                    AMQPMessage(body: Data(), properties: properties), exchange: exchange,
                    routingKey: "certification.requested.normal")
                #expect(try await channel.publish(publication) == .ack)
            }
            let subscription = try await broker.source.subscribe(to: queue, prefetch: 1)
            let message = try #require(await subscription.deliveries.first { _ in true }).message
            // The column is an int.
            #expect(message.attempt == Int(Int32.max))
            #expect(message.headers["tenant"] == "blue")
            #expect(!message.headers.contains { $0.utf8.contains(0) || $1.utf8.contains(0) })
            #expect(message.trace != nil)
            #expect(message.trace?.traceState == nil)
            await subscription.close()
        }
    }

    @Test("A message too large for the protocol comes back as unsendable, its neighbours are confirmed")
    func unsendable() async throws {
        try await withBroker { broker, topology in
            let good = try message(topology)
            var bad = good
            bad.extraHeaders["tenant"] = String(repeating: "x", count: 140_000)
            let outcomes = await broker.publisher.publish([good, bad, good])
            guard case .returned(PublishOutcome.unsendable, _) = outcomes[1] else {
                Issue.record("unexpected: \(outcomes)")
                return
            }
            #expect(outcomes[0] == .confirmed && outcomes[2] == .confirmed)
        }
    }

    @Test("A message to a missing exchange comes back, and publishing goes on")
    func missingExchange() async throws {
        try await withBroker { broker, topology in
            let good = try message(topology)
            var bad = good
            bad.exchange = "no such exchange"
            let refused = await broker.publisher.publish([bad])
            guard case .returned(404, _) = refused.first else {
                Issue.record("unexpected: \(refused)")
                return
            }
            let outcomes = await broker.publisher.publish([good])
            #expect(outcomes == [.confirmed])
        }
    }

    @Test("Concurrent first publishes share one channel")
    func sharedChannel() async throws {
        try await withBroker { broker, topology in
            let message = try message(topology)
            let outcomes = await withTaskGroup { group in
                for _ in 0..<50 { group.addTask { await broker.publisher.publish([message]) } }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(outcomes == Array(repeating: .confirmed, count: 50))
        }
    }

    @Test("Without a connection publishing reports it and subscribing throws")
    func notRunning() async throws {
        let broker = try RabbitMQBroker(
            url: try AMQPTestBroker.url(), connectionName: "idle", logger: AMQPTestBroker.logger)
        let topology = Topology.certForge
        let outcomes = await broker.publisher.publish([try message(topology)])
        #expect(outcomes == [.connectionLost])
        #expect(!broker.isPublisherReady && !broker.isConsumerReady)
        await #expect(throws: AMQPError.self) { try await broker.source.subscribe(to: "any", prefetch: 1) }
    }
}
