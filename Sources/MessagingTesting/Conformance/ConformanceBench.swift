import Contracts
import Foundation
import Logging
import Messaging
import ServiceLifecycle

/// One case's own corner of the broker under test: an exchange with a queue, and where dead letters go.
struct ConformanceBench: Sendable {
    static let routingKey: RoutingKey = "probe.sent.here"

    let broker: any ConformanceBroker
    let exchange: ExchangeName
    let queue: QueueName
    let deadLetterExchange: ExchangeName
    let deadLetterQueue: QueueName
    let logger = Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() }

    /// Runs `body` with a bench of its own and clears it away.
    static func with(_ broker: any ConformanceBroker, _ body: (ConformanceBench) async throws -> Void) async throws {
        let name = "conformance.\(UUID().uuidString.lowercased())"
        let bench = ConformanceBench(
            broker: broker, exchange: ExchangeName(name), queue: QueueName(name),
            deadLetterExchange: ExchangeName("\(name).dead"), deadLetterQueue: QueueName("\(name).dead"))
        try await bench.declare()
        do {
            try await body(bench)
        } catch {
            try await bench.clear()
            throw error
        }
        try await bench.clear()
    }

    private func declare() async throws {
        try await broker.declareExchange(exchange)
        try await broker.declareExchange(deadLetterExchange)
        try await broker.declareQueue(deadLetterQueue, boundTo: deadLetterExchange, pattern: "#")
        try await declareQueue()
    }

    func declareQueue() async throws {
        try await broker.declareQueue(queue, boundTo: exchange, pattern: "probe.*.here")
    }

    func replaceQueue() async throws {
        try await broker.replaceQueue(queue, boundTo: exchange, pattern: "probe.*.here")
    }

    private func clear() async throws {
        try await broker.deleteQueue(queue)
        try await broker.deleteQueue(deadLetterQueue)
        try await broker.deleteExchange(exchange)
        try await broker.deleteExchange(deadLetterExchange)
    }

    // MARK: Sending

    func message(_ number: Int, to key: RoutingKey = routingKey, mandatory: Bool = true) throws -> OutgoingMessage {
        var message = try OutgoingMessage(Probe(number), trace: TraceContext(), now: Date())
        message.exchange = exchange
        message.routingKey = key
        message.mandatory = mandatory
        return message
    }

    /// Publishes and insists on the confirms.
    func send(_ messages: [OutgoingMessage]) async throws {
        let outcomes = await broker.publisher.publish(messages)
        try require(
            outcomes == messages.map { _ in .confirmed },
            "\(messages.count) messages to a bound queue are confirmed, not \(Set(outcomes))")
    }

    /// Publishes again and again until the message is confirmed, for when the publisher's connection may be lost too.
    func sendUntilConfirmed(_ message: OutgoingMessage) async throws {
        let publisher = broker.publisher
        try await withDeadline(.seconds(20), for: "a message is confirmed") {
            while await publisher.publish([message]) != [.confirmed] {
                try await ContinuousClock().sleep(for: .milliseconds(20))
            }
        }
    }

    // MARK: Receiving

    /// Takes and acknowledges the next `count` messages of `queue`.
    func receive(_ count: Int, from queue: QueueName) async throws -> [IncomingMessage] {
        let source = broker.source
        return try await withDeadline(.seconds(20), for: "\(count) messages arrive from \(queue)") {
            let subscription = try await source.subscribe(to: queue, prefetch: max(1, count))
            var messages: [IncomingMessage] = []
            for await delivery in subscription.deliveries {
                messages.append(delivery.message)
                await delivery.settle(.ack)
                if messages.count == count { break }
            }
            await subscription.close()
            return messages
        }
    }

    /// Waits until the broker sees the queue as wanted.
    func waitForQueue(
        _ expectation: String, until isSatisfied: @escaping @Sendable (_ ready: Int, _ consumers: Int) -> Bool
    ) async throws {
        let source = broker.source
        let queue = queue
        try await withDeadline(.seconds(20), for: expectation) {
            while true {
                if case .present(let ready, let consumers) = try await source.state(of: queue),
                    isSatisfied(ready, consumers)
                {
                    return
                }
                try await ContinuousClock().sleep(for: .milliseconds(20))
            }
        }
    }

    /// Insists that nothing is left in the queue once its consumer is gone.
    func requireEmptyQueue() async throws {
        try await waitForQueue("the consumer is gone and the queue is empty") { $0 == 0 && $1 == 0 }
    }

    /// Runs a consumer service on the queue while `body` runs, then drains it.
    func consume(
        source: (any MessageSource)? = nil, scheduler: any RetryScheduler = InMemoryOutbox(), concurrency: Int = 1,
        retryPolicy: RetryPolicy = RetryPolicy(), drainTimeout: Duration = .seconds(10),
        gate: ConsumptionGate = ConsumptionGate(), clock: any Clock<Duration> = ContinuousClock(),
        handler: ProbeHandler, others: [any Service] = [],
        while body: @escaping @Sendable (ConsumerService<ProbeHandler>, ServiceGroup) async throws -> Void
    ) async throws {
        let consumer = ConsumerService(
            source: source ?? broker.source, publisher: broker.publisher, scheduler: scheduler, handler: handler,
            configuration: ConsumerConfiguration(
                queue: queue, concurrency: concurrency, retryPolicy: retryPolicy, drainTimeout: drainTimeout,
                deadLetterExchange: deadLetterExchange),
            gate: gate, clock: clock, logger: logger)
        let group = ServiceGroup(services: [consumer] + others, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body(consumer, group)
            } catch {
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
