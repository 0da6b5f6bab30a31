import Contracts
import Logging
import Messaging
import MessagingTesting
import ServiceLifecycle
import Synchronization
import Testing

@Suite("Consuming in batches", .timeLimit(.minutes(1)))
struct BatchConsumerTests {
    private let broker = InMemoryBroker()

    init() {
        broker.declareExchange("probes")
        broker.declareQueue("letters")
        broker.bind("letters", to: "probes", pattern: "#")
    }

    /// Runs a consumer until `body` returns.
    private func consuming(
        handling handle: @escaping BatchConsumer.Handler, while body: (BatchConsumer) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let consumer = BatchConsumer(
            source: broker, queue: "letters", prefetch: 10, clock: HastyClock(), logger: logger, handle: handle)
        let group = ServiceGroup(services: [consumer], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body(consumer)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("Every message is handled, in batches no larger than the prefetch, and acknowledged")
    func batches() async throws {
        let sizes = Mutex<[Int]>([])
        _ = await broker.publish(try (0..<100).map { try .sample($0) })
        try await consuming(
            handling: { batch in sizes.withLock { $0.append(batch.count) } },
            while: { consumer in
                try await eventually {
                    sizes.withLock { $0.reduce(0, +) } == 100 && broker.messages(in: "letters").isEmpty
                }
                #expect(consumer.isConsuming)
            })
        #expect(sizes.withLock { $0.max() ?? 0 } <= 10)
        #expect(broker.unsettledCount(of: "letters") == 0)
    }

    @Test("What could not be handled goes back and comes again")
    func failing() async throws {
        let calls = Mutex(0)
        _ = await broker.publish(try (0..<3).map { try .sample($0) })
        try await consuming(
            handling: { _ in
                let call = calls.withLock { calls in
                    calls += 1
                    return calls
                }
                if call <= 2 { throw CancellationError() }
            },
            while: { _ in
                try await eventually {
                    calls.withLock { $0 } >= 3 && broker.messages(in: "letters").isEmpty
                        && broker.unsettledCount(of: "letters") == 0
                }
            })
    }

    @Test("A broker that has forgotten the consumer serves it again after a silence")
    func forgotten() async throws {
        let count = Mutex(0)
        try await consuming(
            handling: { batch in count.withLock { $0 += batch.count } },
            while: { consumer in
                try await eventually { consumer.isConsuming }
                broker.forgetConsumers(of: "letters")
                _ = await broker.publish([try .sample(1)])
                try await eventually { count.withLock { $0 } == 1 && broker.messages(in: "letters").isEmpty }
                #expect(consumer.isConsuming)
            })
    }

    @Test("A lost connection is followed by another subscription")
    func lostConnection() async throws {
        let count = Mutex(0)
        try await consuming(
            handling: { batch in count.withLock { $0 += batch.count } },
            while: { consumer in
                try await eventually { consumer.isConsuming }
                broker.loseConnections()
                _ = await broker.publish([try .sample()])
                try await eventually { count.withLock { $0 } == 1 }
            })
    }

    private func eventually(_ condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !condition() {
            try #require(ContinuousClock.now < deadline, "the condition was not met in time")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
