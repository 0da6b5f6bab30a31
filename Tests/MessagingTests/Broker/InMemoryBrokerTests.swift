import Contracts
import Messaging
import MessagingTesting
import Testing

@Suite("The in-memory broker")
struct InMemoryBrokerTests {
    private let broker = InMemoryBroker()

    init() {
        broker.declareExchange("probes")
        broker.declareQueue("left", limit: 2, deadLetterExchange: "probes")
        broker.bind("left", to: "probes", pattern: "probe.*")
        broker.declareQueue("right")
        broker.bind("right", to: "probes", pattern: "#")
    }

    @Test("A queue at its limit refuses, the others still get the message")
    func limit() async throws {
        let messages = try (0..<3).map { try OutgoingMessage.sample($0) }
        #expect(await broker.publish(messages) == [.confirmed, .confirmed, .nacked])
        #expect(broker.messages(in: "left").count == 2)
        #expect(broker.messages(in: "right").count == 3)
    }

    @Test("Prefetch bounds what is outstanding; settling lets the next through")
    func prefetch() async throws {
        _ = await broker.publish(try (0..<5).map { try .sample($0) })
        let subscription = try await broker.subscribe(to: "right", prefetch: 2)
        #expect(broker.unsettledCount(of: "right") == 2)
        var deliveries = subscription.deliveries.makeAsyncIterator()
        let first = try #require(await deliveries.next())
        #expect(await first.settle(.ack))
        #expect(await first.settle(.ack) == false)
        #expect(broker.unsettledCount(of: "right") == 2)
        #expect(broker.messages(in: "right").count == 2)
    }

    @Test("Lost connections put messages back in their places, marked")
    func lostConnections() async throws {
        let messages = try (0..<3).map { try OutgoingMessage.sample($0) }
        _ = await broker.publish(messages)
        let subscription = try await broker.subscribe(to: "right", prefetch: 2)
        broker.loseConnections()
        #expect(broker.messages(in: "right").map(\.id) == messages.map(\.id))
        #expect(broker.messages(in: "right").map(\.redelivered) == [true, true, false])
        for await delivery in subscription.deliveries {
            #expect(await delivery.settle(.ack) == false)
        }
    }

    @Test("A rejected message goes to the queue's dead-letter exchange")
    func deadLetterExchange() async throws {
        let message = try OutgoingMessage.sample()
        _ = await broker.publish([message])
        let subscription = try await broker.subscribe(to: "left", prefetch: 1)
        var deliveries = subscription.deliveries.makeAsyncIterator()
        #expect(await deliveries.next()?.settle(.reject) == true)
        #expect(broker.messages(in: "right").map(\.id) == [message.id, message.id])
    }

    @Test("What no queue takes goes to the alternate exchange")
    func alternate() async throws {
        let broker = InMemoryBroker(.certForge)
        var message = try OutgoingMessage.sample()
        message.exchange = .jobs
        message.routingKey = "unheard.of"
        #expect(await broker.publish([message]) == [.confirmed])
        #expect(broker.messages(in: .unrouted).map(\.id) == [message.id])
    }

    @Test("Consumers of one queue take turns")
    func turns() async throws {
        let subscriptions = [
            try await broker.subscribe(to: "right", prefetch: 10),
            try await broker.subscribe(to: "right", prefetch: 10),
        ]
        let messages = try (0..<4).map { try OutgoingMessage.sample($0) }
        _ = await broker.publish(messages)
        for (index, subscription) in subscriptions.enumerated() {
            await subscription.cancel()
            var ids: [MessageID?] = []
            for await delivery in subscription.deliveries { ids.append(delivery.message.id) }
            #expect(ids == [messages[index].id, messages[index + 2].id])
        }
    }
}
