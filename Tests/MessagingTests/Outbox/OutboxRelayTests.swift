import Contracts
import Foundation
import Messaging
import MessagingTesting
import MetricsTestKit
import ServiceLifecycle
import Testing

@Suite("The outbox relay")
struct OutboxRelayTests {
    private let clock = HastyClock(factor: 50)
    private let outbox: InMemoryOutbox
    private let broker = InMemoryBroker()
    private let metrics = TestMetrics()

    init() {
        outbox = InMemoryOutbox(clock: clock)
        broker.declareExchange("probes")
        broker.declareQueue("probes")
        broker.bind("probes", to: "probes", pattern: "probe.sent")
    }

    private func makeRelay(_ configuration: OutboxRelayConfiguration = OutboxRelayConfiguration()) -> OutboxRelay {
        OutboxRelay(
            store: outbox, publisher: broker, configuration: configuration, clock: clock, metrics: metrics,
            logger: silentLogger)
    }

    /// Runs the relays while `body` runs, then shuts them down gracefully.
    private func run(_ relays: [OutboxRelay], while body: @Sendable () async throws -> Void) async throws {
        let group = ServiceGroup(services: relays, logger: silentLogger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body()
            } catch {
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func waitUntilDeleted(_ messages: [OutgoingMessage]) async throws {
        let ids = Set(messages.map(\.id))
        try await outbox.events.wait(for: "all rows are deleted", within: .seconds(60)) { events in
            ids.isSubset(of: Set(events.flatMap(\.deletedIDs)))
        }
    }

    @Test("The fast path publishes without claiming and deletes on the confirm")
    func fastPath() async throws {
        let relay = makeRelay()
        let messages = try (0..<20).map { try OutgoingMessage.sample($0) }
        try await run([relay]) {
            try outbox.insert(messages, claimedBy: relay.id, for: .seconds(3_600))
            relay.enqueue(messages)
            try await waitUntilDeleted(messages)
        }
        #expect(broker.messages(in: "probes").map(\.id) == messages.map(\.id))
        #expect(try metrics.expectCounter("outbox_published_total").totalValue == 20)
    }

    @Test("What a crash left is found by the poll, also behind a claim of another relay once that has run out")
    func poll() async throws {
        let messages = try (0..<3).map { try OutgoingMessage.sample($0) }
        try outbox.insert(messages, claimedBy: UUID(), for: .seconds(10))
        try await run([makeRelay()]) { try await waitUntilDeleted(messages) }
        #expect(broker.publications.entries.count == 3)
    }

    @Test("Two relays empty a backlog of 100,000 rows and publish each message once", .timeLimit(.minutes(2)))
    func backlog() async throws {
        let template = try OutgoingMessage.sample()
        let messages = (0..<100_000).map { _ in
            var message = template
            message.id = MessageID()
            return message
        }
        let publisher = CountingPublisher()
        let clock = ContinuousClock()
        let store = InMemoryOutbox(clock: clock)
        try store.insert(messages)
        let configuration = OutboxRelayConfiguration(claimDuration: .seconds(600))
        let relays = (0..<2).map { _ in
            OutboxRelay(
                store: store, publisher: publisher, configuration: configuration, clock: clock, metrics: metrics,
                logger: silentLogger)
        }
        try await run(relays) {
            try await publisher.published.wait(for: "all are published", within: .seconds(100)) {
                $0.reduce(0, +) >= 100_000
            }
        }
        #expect(store.messages.isEmpty)
        #expect(publisher.published.entries.reduce(0, +) == 100_000)
    }

    @Test("A returned message stays in the outbox and goes once a queue takes it")
    func returned() async throws {
        var message = try OutgoingMessage.sample()
        message.routingKey = "late"
        try await run([makeRelay()]) { [message] in
            try outbox.insert([message])
            try await broker.publications.wait(for: "it is returned") { $0.last?.outcome.isReturned ?? false }
            broker.bind("probes", to: "probes", pattern: "late")
            try await waitUntilDeleted([message])
        }
        #expect(broker.messages(in: "probes").map(\.id) == [message.id])
        #expect(try metrics.expectCounter("outbox_returned_total").totalValue >= 1)
    }

    @Test("A message that a full queue refuses waits and goes when there is room")
    func nacked() async throws {
        broker.declareQueue("small", limit: 1)
        broker.bind("small", to: "probes", pattern: "small")
        var messages = try [OutgoingMessage.sample(1), .sample(2)]
        for index in messages.indices { messages[index].routingKey = "small" }
        try await run([makeRelay()]) { [messages] in
            try outbox.insert(messages)
            try await broker.publications.wait(for: "one is refused") { $0.contains { $0.outcome == .nacked } }
            let subscription = try await broker.subscribe(to: "small", prefetch: 1)
            try await waitUntilDeleted(messages)
            await subscription.close()
        }
        #expect(try metrics.expectCounter("outbox_nacked_total").totalValue >= 1)
    }

    @Test("A message whose confirm was lost is published again under the same id")
    func lostConfirm() async throws {
        let message = try OutgoingMessage.sample()
        broker.loseConfirms(ofNext: 1)
        try await run([makeRelay()]) {
            try outbox.insert([message])
            try await waitUntilDeleted([message])
        }
        #expect(broker.messages(in: "probes").map(\.id) == [message.id, message.id])
    }

    @Test("It goes on by itself after the database and the broker were away")
    func outages() async throws {
        let messages = try (0..<5).map { try OutgoingMessage.sample($0) }
        try outbox.insert(messages)
        outbox.setReachable(false)
        broker.setReachable(false)
        try await run([makeRelay()]) {
            try await outbox.events.wait(for: "the database is tried twice") { $0.filter { $0 == .refused }.count >= 2 }
            outbox.setReachable(true)
            try await broker.publications.wait(for: "the broker is tried twice") { $0.count > messages.count }
            broker.setReachable(true)
            try await waitUntilDeleted(messages)
        }
        #expect(Set(broker.messages(in: "probes").map(\.id)) == Set(messages.map(\.id)))
    }

    @Test("A wake-up publishes long before the next poll")
    func wakeUp() async throws {
        // On a busy machine a shorter claim may run out by this fast clock, and then only the poll would help.
        let relay = makeRelay(
            OutboxRelayConfiguration(pollInterval: .seconds(3_600), claimDuration: .seconds(3_600)))
        let message = try OutgoingMessage.sample()
        try await run([relay]) {
            // The first claim follows the start, the second the beginning of listening.
            try await outbox.events.wait(for: "two claims") { $0.count >= 2 }
            try outbox.insert([message])
            outbox.announce()
            try await waitUntilDeleted([message])
        }
    }

    @Test("The lag is measured for metrics and health")
    func lag() async throws {
        let relay = makeRelay()
        try outbox.insert([try .sample()], after: .seconds(3_600))
        try await run([relay]) {
            try await withDeadline(.seconds(20), for: "the lag is measured") {
                while relay.lag == nil { await Task.yield() }
            }
        }
        #expect(relay.lag?.waiting == 1)
        #expect(relay.lag?.due == 0)
        #expect(try metrics.expectGauge("outbox_due").lastValue == 0)
    }
}

/// Confirms everything and counts.
private struct CountingPublisher: MessagePublisher {
    /// The sizes of the batches.
    let published = Journal<Int>()

    func publish(_ messages: [OutgoingMessage]) async -> [PublishOutcome] {
        published.append(messages.count)
        return messages.map { _ in .confirmed }
    }
}

extension InMemoryOutbox.Event {
    fileprivate var deletedIDs: [MessageID] {
        if case .deleted(let ids) = self { ids } else { [] }
    }
}

extension PublishOutcome {
    fileprivate var isReturned: Bool {
        if case .returned = self { true } else { false }
    }
}
