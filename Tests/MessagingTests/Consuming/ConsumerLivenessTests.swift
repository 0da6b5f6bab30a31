import Contracts
import Foundation
import Messaging
import MessagingTesting
import MetricsTestKit
import ServiceLifecycle
import Testing

@Suite("The consumer service and what keeps it from consuming", .timeLimit(.minutes(1)))
struct ConsumerLivenessTests {
    private let broker = InMemoryBroker()
    private let outbox = InMemoryOutbox()
    private let metrics = TestMetrics()
    private let gate = ConsumptionGate()
    private let queue = QueueName("probes")

    init() {
        broker.declareQueue(queue)
    }

    private func send(_ number: Int) async throws {
        var message = try OutgoingMessage.sample(number)
        message.exchange = ""
        message.routingKey = RoutingKey(queue.rawValue)
        let outcomes = await broker.publish([message])
        #expect(outcomes == [.confirmed])
    }

    private func consume(
        source: (any MessageSource)? = nil, concurrency: Int = 1, handler: ProbeHandler,
        while body: @Sendable (ConsumerService<ProbeHandler>) async throws -> Void
    ) async throws {
        let consumer = ConsumerService(
            source: source ?? broker, publisher: broker, scheduler: outbox, handler: handler,
            configuration: ConsumerConfiguration(
                queue: queue, concurrency: concurrency, drainTimeout: .seconds(500)),
            gate: gate, clock: HastyClock(factor: 50), metrics: metrics, logger: silentLogger)
        let group = ServiceGroup(services: [consumer], logger: silentLogger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await wait(for: "consuming begins") { consumer.isConsuming }
                try await body(consumer)
            } catch {
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func wait(for expectation: String, _ condition: @escaping @Sendable () -> Bool) async throws {
        try await withDeadline(.seconds(60), for: expectation) {
            while !condition() {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }

    @Test("A forgotten consumer is counted and subscribes again, while the handler that runs goes on and settles")
    func ghost() async throws {
        let started = Journal<Int>()
        let finish = Gate()
        let handler = ProbeHandler { probe, _ in
            started.append(probe.number)
            if probe.number == 1 { try await finish.pass() }
            return .done
        }
        try await consume(concurrency: 2, handler: handler) { consumer in
            try await send(1)
            try await started.wait(for: "the first message is started") { $0 == [1] }
            broker.forgetConsumers(of: queue)
            try await send(2)
            try await started.wait(for: "the second is started by the new subscription") { $0 == [1, 2] }
            #expect(consumer.isConsuming)
            finish.open()
            try await wait(for: "both are settled") { broker.unsettledCount(of: queue) == 0 }
        }
        #expect(started.entries == [1, 2])
        #expect(broker.messages(in: queue).isEmpty)
        #expect(try metrics.expectCounter("consumer_ghosts_total", [("queue", queue.rawValue)]).totalValue == 1)
    }

    @Test(
        "Probes that fail or hang change nothing and keep no shutdown waiting",
        arguments: ProbelessSource.Fault.allCases)
    func probeTrouble(_ fault: ProbelessSource.Fault) async throws {
        let source = ProbelessSource(source: broker, fault: fault)
        let handled = Journal<Int>()
        let handler = ProbeHandler { probe, _ in
            handled.append(probe.number)
            return .done
        }
        try await consume(source: source, handler: handler) { consumer in
            try await source.probes.wait(for: "three probes are made") { $0.count >= 3 }
            #expect(consumer.isConsuming)
            try await send(1)
            try await handled.wait(for: "the message is handled") { $0 == [1] }
        }
        for continuation in source.hanging.entries { continuation.resume() }
        #expect(try metrics.expectCounter("consumer_ghosts_total", [("queue", queue.rawValue)]).values.isEmpty)
    }

    @Test("A closed gate is a gauge, and what a handler cannot put off then goes back instead of waiting")
    func pause() async throws {
        let handler = ProbeHandler { _, _ in .retry(after: nil, DeadLetterCause(.rejected, error: "throttled")) }
        outbox.setReachable(false)
        let paused = try await consumeUntilPaused(handler)
        #expect(paused == [0, 1])
        let left = broker.messages(in: queue)
        #expect(left.map(\.attempt) == [1])
        #expect(outbox.messages.isEmpty)
    }

    private func consumeUntilPaused(_ handler: ProbeHandler) async throws -> [Double] {
        try await consume(handler: handler) { consumer in
            try await send(1)
            try await outbox.events.wait(for: "putting it off is tried") { !$0.isEmpty }
            gate.close(because: "the database is out of reach")
            try await wait(for: "the message goes back") { broker.messages(in: queue).count == 1 }
            #expect(!consumer.isConsuming)
        }
        return try metrics.expectGauge("consumer_paused", [("queue", queue.rawValue)]).values
    }

    @Test("A message that is given back while the gate is open is held for a moment, not delivered in a tight loop")
    func giveBackRate() async throws {
        let deliveries = Journal<ContinuousClock.Instant>()
        let handler = ProbeHandler { _, _ in
            deliveries.append(.now)
            if deliveries.entries.count < 3 { throw GiveBack("not now") }
            return .done
        }
        try await consume(handler: handler) { _ in
            try await send(1)
            try await deliveries.wait(for: "the third delivery") { $0.count == 3 }
        }
        let times = deliveries.entries
        // A second of the hasty clock is 20 ms.
        #expect(times[2] - times[0] >= .milliseconds(40))
    }

    @Test("A gate that flickers leaves the consumer consuming and every message handled once")
    func flicker() async throws {
        let handled = Journal<Int>()
        let handler = ProbeHandler { probe, _ in
            handled.append(probe.number)
            return .done
        }
        try await consume(concurrency: 3, handler: handler) { consumer in
            for number in 0..<300 {
                if number.isMultiple(of: 3) { gate.close(because: "flicker") }
                try await send(number)
                if number.isMultiple(of: 2) { gate.open() }
            }
            gate.open()
            try await handled.wait(for: "all are handled") { $0.count >= 300 }
            try await wait(for: "it consumes") { consumer.isConsuming }
        }
        #expect(handled.entries.sorted() == Array(0..<300))
    }
}

/// A source that tells nothing about its queues.
struct ProbelessSource: MessageSource {
    enum Fault: String, CaseIterable {
        case failing
        case hanging
    }

    let source: any MessageSource
    let fault: Fault
    let probes = Journal<QueueName>()
    let hanging = Journal<CheckedContinuation<Void, Never>>()

    func subscribe(to queue: QueueName, prefetch: Int) async throws -> Subscription {
        try await source.subscribe(to: queue, prefetch: prefetch)
    }

    func state(of queue: QueueName) async throws -> QueueState {
        probes.append(queue)
        if fault == .hanging { await withCheckedContinuation { hanging.append($0) } }
        throw InMemoryBrokerError.unreachable
    }
}
