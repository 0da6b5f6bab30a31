import Foundation
import Testing

@testable import AMQP

@Suite("Publishing to a broker", .timeLimit(.minutes(1)))
struct AMQPPublishingTests {
    @Test("A message that a queue takes is confirmed")
    func confirmed() async throws {
        try await AMQPTestBroker.withQueue { _, channel, queue in
            let confirm = try await channel.publish(AMQPTestBroker.publication("hello", to: queue))
            #expect(confirm == .ack)
        }
    }

    @Test("A message that a full queue refuses is nacked")
    func nacked() async throws {
        let arguments: AMQPTable = ["x-max-length": 1, "x-overflow": "reject-publish"]
        try await AMQPTestBroker.withQueue(arguments: arguments) { _, channel, queue in
            var confirms: [AMQPConfirm] = []
            for index in 0..<3 {
                confirms.append(try await channel.publish(AMQPTestBroker.publication("\(index)", to: queue)))
            }
            #expect(confirms == [.ack, .nack, .nack])
        }
    }

    @Test("Among many messages exactly the unroutable ones come back")
    func returned() async throws {
        try await AMQPTestBroker.withQueue { _, channel, queue in
            let publications = (0..<100).map { index in
                AMQPTestBroker.publication("\(index)", to: index % 3 == 0 ? "no such queue \(queue)" : queue)
            }
            let confirms = try await channel.publish(publications).map { try $0.get() }
            let expected = (0..<100).map { $0 % 3 == 0 ? AMQPConfirm.returned(code: 312, text: "NO_ROUTE") : .ack }
            #expect(confirms == expected)
        }
    }

    @Test("An unroutable message that is not mandatory is confirmed")
    func notMandatory() async throws {
        try await AMQPTestBroker.withQueue { _, channel, queue in
            var publication = AMQPTestBroker.publication("lost", to: "no such queue \(queue)")
            publication.mandatory = false
            let confirm = try await channel.publish(publication)
            #expect(confirm == .ack)
        }
    }

    @Test("Five thousand messages are in flight at once on one connection and each is confirmed")
    func manyInFlight() async throws {
        try await AMQPTestBroker.withQueue { connection, channel, queue in
            let confirms = await withTaskGroup { group in
                for index in 0..<5_000 {
                    group.addTask { await channel.publish([AMQPTestBroker.publication("\(index)", to: queue)]) }
                }
                var confirms: [AMQPConfirm] = []
                for await results in group { confirms += results.compactMap { try? $0.get() } }
                return confirms
            }
            #expect(confirms.count == 5_000)
            #expect(confirms.allSatisfy { $0 == .ack })
            let purged = try await connection.openChannel().purgeQueue(queue)
            #expect(purged == 5_000)
        }
    }

    @Test("A body of many frames arrives whole, with all its properties")
    func roundTrip() async throws {
        try await AMQPTestBroker.withQueue { _, channel, queue in
            var publication = AMQPTestBroker.publication("", to: queue)
            publication.message.body = Data((0..<400_000).map { UInt8(truncatingIfNeeded: $0) })
            publication.message.properties.messageID = "m"
            publication.message.properties.timestamp = Date(timeIntervalSince1970: 1_700_000_000)
            publication.message.properties.headers = ["number": 7, "text": "grüße", "nested": .table(["a": true])]
            _ = try await channel.publish(publication)
            let consumer = try await channel.consume(queue: queue, prefetch: 1)
            let delivery = try #require(await consumer.deliveries.first { _ in true })
            #expect(delivery.message.body == publication.message.body)
            #expect(delivery.message.properties.messageID == "m")
            #expect(delivery.message.properties.timestamp == publication.message.properties.timestamp)
            #expect(delivery.message.properties.headers?["number"] == 7)
            #expect(delivery.message.properties.headers?["text"] == "grüße")
            #expect(delivery.message.properties.headers?["nested"] == .table(["a": true]))
            #expect(channel.ack(delivery.deliveryTag))
        }
    }

    @Test("An invalid message fails alone")
    func invalid() async throws {
        try await AMQPTestBroker.withQueue { _, channel, queue in
            let good = AMQPTestBroker.publication("good", to: queue)
            var bad = good
            bad.message.properties.type = String(repeating: "x", count: 256)
            let results = await channel.publish([good, bad, good])
            #expect(results.map { try? $0.get() } == [.ack, nil, .ack])
        }
    }

    @Test("A killed connection ends every waiting confirm as lost")
    func killed() async throws {
        try await AMQPTestBroker.withQueue { _, _, queue in
            var configuration = try AMQPTestBroker.configuration()
            let proxy = try TCPProxy(to: configuration.port)
            defer { proxy.close() }
            configuration.host = "127.0.0.1"
            configuration.port = proxy.port
            let connection = try await AMQPConnection.connect(configuration, logger: AMQPTestBroker.logger)
            let channel = try await connection.openChannel()
            try await channel.selectConfirms()
            // Nothing comes back any more, so that the confirms are still awaited when the connection breaks.
            proxy.stall()
            async let results = channel.publish(
                Array(repeating: AMQPTestBroker.publication("x", to: queue), count: 100))
            proxy.cut()
            for result in await results {
                let error = #expect(throws: AMQPError.self) { try result.get() }
                #expect(error?.code == .connectionLost)
            }
        }
    }
}
