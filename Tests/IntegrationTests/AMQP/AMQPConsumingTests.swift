import Foundation
import Testing

@testable import AMQP

@Suite("Consuming from a broker", .timeLimit(.minutes(1)))
struct AMQPConsumingTests {
    private func publish(_ texts: [String], to queue: String, on channel: AMQPChannel) async throws {
        for result in await channel.publish(texts.map { AMQPTestBroker.publication($0, to: queue) }) {
            #expect(try result.get() == .ack)
        }
    }

    @Test("Messages arrive in order and no more than the prefetch are out")
    func prefetch() async throws {
        try await AMQPTestBroker.withQueue { connection, channel, queue in
            try await publish((0..<10).map(String.init), to: queue, on: channel)
            let consumer = try await channel.consume(queue: queue, prefetch: 3)
            var iterator = consumer.deliveries.makeAsyncIterator()
            var texts: [String] = []
            for _ in 0..<3 { texts.append(try #require(await iterator.next()).text) }
            // The broker knows what is out: the rest is still ready.
            let status = try await connection.openChannel().declareQueue(
                AMQPQueueDeclaration(name: queue, passive: true))
            #expect(status.messageCount == 7)
            #expect(channel.ack(3, multiple: true))
            for _ in 3..<10 {
                let delivery = try #require(await iterator.next())
                texts.append(delivery.text)
                #expect(channel.ack(delivery.deliveryTag))
            }
            #expect(texts == (0..<10).map(String.init))
        }
    }

    @Test("What was not settled is delivered again after the channel closes")
    func redelivery() async throws {
        try await AMQPTestBroker.withQueue { connection, channel, queue in
            try await publish(["a"], to: queue, on: channel)
            let first = try await connection.openChannel()
            let consumer = try await first.consume(queue: queue, prefetch: 1)
            let delivery = try #require(await consumer.deliveries.first { _ in true })
            #expect(!delivery.redelivered)
            await first.close()
            #expect(!first.ack(delivery.deliveryTag))
            let second = try await channel.consume(queue: queue, prefetch: 1)
            let again = try #require(await second.deliveries.first { _ in true })
            #expect(again.redelivered)
            #expect(again.text == "a")
            #expect(channel.ack(again.deliveryTag))
            #expect(!channel.ack(again.deliveryTag))
        }
    }

    @Test("A deleted queue ends its consumer as cancelled by the broker, and the channel lives on")
    func cancelledByBroker() async throws {
        try await AMQPTestBroker.withQueue { connection, channel, queue in
            let consumer = try await channel.consume(queue: queue, prefetch: 1)
            try await connection.openChannel().deleteQueue(queue)
            for await _ in consumer.deliveries {}
            #expect(consumer.endReason == .cancelledByBroker)
            let confirm = try await channel.publish(AMQPTestBroker.publication("x", to: queue))
            #expect(confirm == .returned(code: 312, text: "NO_ROUTE"))
        }
    }

    @Test("A cancelled consumer ends after the deliveries under way, which can still be settled")
    func cancelled() async throws {
        try await AMQPTestBroker.withQueue { connection, channel, queue in
            try await publish(["a", "b"], to: queue, on: channel)
            let consumer = try await channel.consume(queue: queue, prefetch: 5)
            var iterator = consumer.deliveries.makeAsyncIterator()
            let first = try #require(await iterator.next())
            try await channel.cancel(consumerTag: consumer.tag)
            let second = try #require(await iterator.next())
            let end = await iterator.next()
            #expect(end == nil)
            #expect(consumer.endReason == .cancelledLocally)
            #expect(channel.ack(first.deliveryTag))
            #expect(channel.nack(second.deliveryTag, requeue: true))
            await channel.close()
            let later = try await connection.openChannel()
            let again = try #require(
                await later.consume(queue: queue, prefetch: 1).deliveries.first { _ in true })
            #expect(again.text == "b")
            #expect(again.redelivered)
            #expect(later.ack(again.deliveryTag))
        }
    }

    @Test("A rejected message goes to the dead-letter exchange")
    func rejected() async throws {
        try await AMQPTestBroker.withQueue { _, channel, parking in
            let arguments: AMQPTable = [
                "x-queue-type": "quorum", "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": .string(parking),
            ]
            try await AMQPTestBroker.withQueue(arguments: arguments) { _, work, queue in
                try await publish(["poison"], to: queue, on: work)
                let consumer = try await work.consume(queue: queue, prefetch: 1)
                let delivery = try #require(await consumer.deliveries.first { _ in true })
                #expect(work.reject(delivery.deliveryTag, requeue: false))
                let parked = try await channel.consume(queue: parking, prefetch: 1)
                let dead = try #require(await parked.deliveries.first { _ in true })
                #expect(dead.text == "poison")
                #expect(dead.message.properties.headers?["x-death"] != nil)
            }
        }
    }

    @Test("A queue that does not exist is a typed error, and the connection stays usable")
    func notFound() async throws {
        try await AMQPTestBroker.withConnection { connection in
            let channel = try await connection.openChannel()
            let error = await #expect(throws: AMQPError.self) {
                try await channel.consume(queue: AMQPTestBroker.uniqueName("missing"), prefetch: 1)
            }
            #expect(error?.code == .notFound)
            #expect(error?.replyCode == 404)
            #expect(channel.closeReason?.code == .notFound)
            try await connection.openChannel().selectConfirms()
        }
    }

    @Test("Declaring a queue otherwise is a typed error, and the connection stays usable")
    func preconditionFailed() async throws {
        try await AMQPTestBroker.withQueue { connection, _, queue in
            let channel = try await connection.openChannel()
            let error = await #expect(throws: AMQPError.self) {
                try await channel.declareQueue(AMQPQueueDeclaration(name: queue))
            }
            #expect(error?.code == .preconditionFailed)
            #expect(error?.replyCode == 406)
            try await connection.openChannel().selectConfirms()
        }
    }

    @Test("A killed connection ends the consumer, and settling is refused")
    func killed() async throws {
        try await AMQPTestBroker.withQueue { _, channel, queue in
            try await publish(["a"], to: queue, on: channel)
            var configuration = try AMQPTestBroker.configuration()
            let proxy = try TCPProxy(to: configuration.port)
            defer { proxy.close() }
            configuration.host = "127.0.0.1"
            configuration.port = proxy.port
            let connection = try await AMQPConnection.connect(configuration, logger: AMQPTestBroker.logger)
            let consuming = try await connection.openChannel()
            let consumer = try await consuming.consume(queue: queue, prefetch: 1)
            var iterator = consumer.deliveries.makeAsyncIterator()
            let delivery = try #require(await iterator.next())
            proxy.cut()
            let end = await iterator.next()
            #expect(end == nil)
            guard case .closed = consumer.endReason else {
                Issue.record("ended as \(String(describing: consumer.endReason))")
                return
            }
            #expect(!consuming.ack(delivery.deliveryTag))
        }
    }
}
