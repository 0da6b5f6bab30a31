import Contracts
import Foundation
import Messaging
import MessagingRabbitMQ
import MessagingTesting
import ServiceLifecycle
import Testing

@testable import AMQP

@Suite("A consumer that RabbitMQ no longer serves", .timeLimit(.minutes(1)))
struct GhostConsumerTests {
    private static let arguments: AMQPTable = ["x-queue-type": "quorum"]

    /// RabbitMQ 3.10 then neither cancels the consumer nor stops counting it, and keeps the first messages as delivered.
    @Test(
        "A queue that is deleted and declared again at once is served again, few or many messages later",
        arguments: [1, 30])
    func replacedQueue(count: Int) async throws {
        let name = AMQPTestBroker.uniqueName("ghost")
        try await AMQPTestBroker.withConnection { control in
            let channel = try await control.openChannel()
            try await channel.selectConfirms()
            _ = try await channel.declareQueue(AMQPQueueDeclaration(name: name, arguments: Self.arguments))
            let handled = Journal<Int>()
            try await consume(name, noting: handled) { consumer in
                try await publish(0..<count, to: name, on: channel)
                try await handled.wait(for: "the first messages are handled") { $0.count == count }
                try await channel.deleteQueue(name)
                _ = try await channel.declareQueue(AMQPQueueDeclaration(name: name, arguments: Self.arguments))
                try await publish(count..<2 * count, to: name, on: channel)
                try await handled.wait(for: "the later messages are handled", within: .seconds(60)) {
                    Set($0) == Set(0..<2 * count)
                }
            }
            #expect(handled.entries.count == 2 * count)
            let left = try await control.openChannel().declareQueue(AMQPQueueDeclaration(name: name, passive: true))
            #expect(left.messageCount == 0)
            try await channel.deleteQueue(name)
        }
    }

    @Test("A queue that is deleted is told by readiness, and served again once it is back")
    func missingQueue() async throws {
        let name = AMQPTestBroker.uniqueName("ghost")
        try await AMQPTestBroker.withConnection { control in
            let channel = try await control.openChannel()
            try await channel.selectConfirms()
            _ = try await channel.declareQueue(AMQPQueueDeclaration(name: name, arguments: Self.arguments))
            let handled = Journal<Int>()
            try await consume(name, noting: handled) { consumer in
                try await wait(for: "consuming begins") { consumer.isConsuming }
                try await channel.deleteQueue(name)
                try await wait(for: "the loss is noticed") { !consumer.isConsuming }
                _ = try await channel.declareQueue(AMQPQueueDeclaration(name: name, arguments: Self.arguments))
                try await publish(0..<1, to: name, on: channel)
                try await handled.wait(for: "the message is handled") { $0 == [0] }
            }
            try await channel.deleteQueue(name)
        }
    }

    private func wait(for expectation: String, _ condition: @escaping @Sendable () -> Bool) async throws {
        try await withDeadline(.seconds(60), for: expectation) {
            while !condition() { try await ContinuousClock().sleep(for: .milliseconds(5)) }
        }
    }

    private func publish(_ numbers: Range<Int>, to queue: String, on channel: AMQPChannel) async throws {
        for number in numbers {
            let message = try OutgoingMessage(Probe(number), trace: nil, now: Date())
            var publication = AMQPTestBroker.publication("", to: queue)
            publication.message.body = message.body
            publication.message.properties.type = message.type.name
            publication.message.properties.messageID = message.id.description
            publication.message.properties.headers = [MessageHeader.schemaVersion: .integer(1)]
            #expect(try await channel.publish(publication) == .ack)
        }
    }

    /// Consumes with a clock that makes seconds of the minute after which silence is doubted.
    private func consume(
        _ queue: String, noting handled: Journal<Int>,
        while body: (ConsumerService<ProbeHandler>) async throws -> Void
    ) async throws {
        let broker = try RabbitMQBroker(
            url: try AMQPTestBroker.url(), connectionName: "ghost test", logger: AMQPTestBroker.logger)
        let handler = ProbeHandler { probe, _ in
            handled.append(probe.number)
            return .done
        }
        let consumer = ConsumerService(
            source: broker.source, publisher: broker.publisher, scheduler: InMemoryOutbox(), handler: handler,
            configuration: ConsumerConfiguration(queue: QueueName(queue), concurrency: 5),
            clock: HastyClock(factor: 20), logger: AMQPTestBroker.logger)
        let group = ServiceGroup(services: [broker, consumer], logger: AMQPTestBroker.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body(consumer)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
