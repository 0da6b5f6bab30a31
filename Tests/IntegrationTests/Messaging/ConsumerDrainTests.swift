import Contracts
import Foundation
import Messaging
import MessagingTesting
import ServiceLifecycle
import Testing

@testable import AMQP
@testable import MessagingRabbitMQ

@Suite("Consumers come and go under load", .timeLimit(.minutes(2)))
struct ConsumerDrainTests {
    private static let messageCount = 6_000

    /// What the broker sends after its cancel-ok reaches no handler and comes again: RabbitMQ 3.10 sent 9 to 12 such
    /// messages over the twenty drains.
    @Test("Twenty drains in time under load: nothing lost, nothing handled twice, no attempt counted")
    func drains() async throws {
        try await LoadedQueue.with { load in
            let drains = try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask {
                    try await load.publish(Self.messageCount)
                    return 0
                }
                // Two at a time, as in a rolling update: one drains while the other takes over.
                for _ in 0..<2 {
                    group.addTask {
                        for round in 1...10 { try await load.consume(untilHandled: round * 40) }
                        return 10
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(drains == 20)
            try await load.consume(untilAllHandled: Self.messageCount)
            let handled = load.handled.entries
            #expect(Set(handled.map(\.number)).count == Self.messageCount)
            #expect(handled.count == Self.messageCount)
            #expect(handled.allSatisfy { $0.attempt == 1 })
            #expect(handled.count(where: \.redelivered) <= 2 * drains)
            #expect(load.outbox.messages.isEmpty)
        }
    }
}

/// A queue on the test broker with a handler that takes up to 20 ms.
private struct LoadedQueue: Sendable {
    struct Handled: Sendable {
        var number: Int
        var attempt: Int
        var redelivered: Bool
    }

    private let broker: RabbitMQBroker
    private let queue: QueueName
    let handled = Journal<Handled>()
    let outbox = InMemoryOutbox()

    static func with(_ body: (LoadedQueue) async throws -> Void) async throws {
        try await AMQPTestBroker.withQueue { _, _, name in
            let broker = try RabbitMQBroker(
                url: try AMQPTestBroker.url(), connectionName: "drain test", logger: AMQPTestBroker.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await broker.run() }
                try await broker.waitUntilReady()
                try await body(LoadedQueue(broker: broker, queue: QueueName(name)))
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    /// Publishes through the default exchange, a hundred at once.
    func publish(_ count: Int) async throws {
        for start in stride(from: 0, to: count, by: 100) {
            let messages = try (start..<start + 100).map { number in
                var message = try OutgoingMessage(Probe(number), trace: TraceContext(), now: Date())
                message.exchange = ""
                message.routingKey = RoutingKey(queue.rawValue)
                return message
            }
            let outcomes = await broker.publisher.publish(messages)
            try require(outcomes.allSatisfy { $0 == .confirmed }, "all messages are confirmed")
        }
    }

    /// Runs a consumer until it has begun as many messages as given, then drains it under load.
    func consume(untilHandled count: Int) async throws {
        let begun = Journal<Void>()
        try await consume(noting: begun) {
            try await begun.wait(for: "\(count) messages are begun", within: .seconds(60)) { $0.count >= count }
        }
    }

    func consume(untilAllHandled count: Int) async throws {
        try await consume(noting: Journal<Void>()) {
            try await handled.wait(for: "all messages are handled", within: .seconds(60)) {
                $0.count >= count
            }
        }
    }

    private func consume(noting begun: Journal<Void>, until isEnough: () async throws -> Void) async throws {
        let handler = ProbeHandler { probe, message in
            begun.append(())
            try await ContinuousClock().sleep(for: .milliseconds(.random(in: 0...20)))
            handled.append(
                Handled(number: probe.number, attempt: message.attempt, redelivered: message.redelivered))
            return .done
        }
        let consumer = ConsumerService(
            source: broker.source, publisher: broker.publisher, scheduler: outbox, handler: handler,
            configuration: ConsumerConfiguration(queue: queue, concurrency: 8, drainTimeout: .seconds(20)),
            logger: AMQPTestBroker.logger)
        let group = ServiceGroup(services: [consumer], logger: AMQPTestBroker.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await isEnough()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
