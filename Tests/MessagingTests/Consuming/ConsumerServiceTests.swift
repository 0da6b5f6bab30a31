import Contracts
import Foundation
import Messaging
import MessagingTesting
import MetricsTestKit
import ServiceLifecycle
import Testing

@Suite("The consumer service")
struct ConsumerServiceTests {
    private let broker = InMemoryBroker(.certForge)
    private let outbox = InMemoryOutbox()
    private let metrics = TestMetrics()
    private let clock = HastyClock(factor: 50)
    private let queue = QueueName.requests(.normal)

    private func send(_ number: Int) async throws -> OutgoingMessage {
        var message = try OutgoingMessage(Probe(number), trace: TraceContext(), now: Date())
        message.exchange = .jobs
        message.routingKey = .certificationRequested(.normal)
        let outcomes = await broker.publish([message])
        #expect(outcomes == [.confirmed])
        return message
    }

    private func consume(
        concurrency: Int = 1, drainTimeout: Duration = .seconds(500), handler: ProbeHandler,
        while body: @Sendable (ConsumerService<ProbeHandler>, ServiceGroup) async throws -> Void
    ) async throws {
        let consumer = ConsumerService(
            source: broker, publisher: broker, scheduler: outbox, handler: handler,
            configuration: ConsumerConfiguration(queue: queue, concurrency: concurrency, drainTimeout: drainTimeout),
            clock: clock, metrics: metrics, logger: silentLogger)
        let group = ServiceGroup(services: [consumer], logger: silentLogger)
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
        #expect(!consumer.isConsuming)
    }

    private func wait(for expectation: String, _ condition: @escaping @Sendable () -> Bool) async throws {
        try await withDeadline(.seconds(60), for: expectation) {
            while !condition() {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }

    @Test("No more handlers run at once than allowed, and that many do")
    func concurrency() async throws {
        let running = Journal<Int>()
        let gate = Gate()
        let handler = ProbeHandler { probe, _ in
            running.append(probe.number)
            try await gate.pass()
            return .done
        }
        try await consume(concurrency: 3, handler: handler) { _, _ in
            for number in 0..<10 { _ = try await send(number) }
            try await running.wait(for: "three handlers run") { $0.count >= 3 }
            #expect(running.entries.count == 3)
            #expect(broker.unsettledCount(of: queue) == 3)
            #expect(broker.messages(in: queue).count == 7)
            gate.open()
            try await running.wait(for: "all are handled") { $0.count == 10 }
        }
        #expect(broker.messages(in: queue).isEmpty)
    }

    @Test("A retry is acknowledged only when its copy is stored, however long the database is away")
    func databaseDown() async throws {
        let handler = ProbeHandler { _, _ in .retry(after: .seconds(30), DeadLetterCause(.rejected, error: "throttled"))
        }
        outbox.setReachable(false)
        try await consume(handler: handler) { _, _ in
            let sent = try await send(1)
            try await outbox.events.wait(for: "storing is tried three times") { $0.count == 3 }
            #expect(broker.unsettledCount(of: queue) == 1)
            outbox.setReachable(true)
            try await outbox.events.wait(for: "the copy is stored") {
                if case .inserted = $0.last { true } else { false }
            }
            try await wait(for: "the message is acknowledged") { broker.unsettledCount(of: queue) == 0 }
            #expect(outbox.messages.map(\.attempt) == [2])
            #expect(outbox.messages.map(\.body) == [sent.body])
        }
        #expect(broker.messages(in: queue).isEmpty)
    }

    @Test("A drain gives the message back when its copy cannot be stored, and no attempt is counted")
    func databaseDownWhileDraining() async throws {
        let handler = ProbeHandler { _, _ in .retry(after: nil, DeadLetterCause(.rejected, error: "throttled")) }
        outbox.setReachable(false)
        let sent = try await send(1)
        try await consume(handler: handler) { _, _ in
            try await outbox.events.wait(for: "storing is tried") { !$0.isEmpty }
        }
        let left = broker.messages(in: queue)
        #expect(left.map(\.id) == [sent.id])
        #expect(left.map(\.attempt) == [1])
        #expect(left.map(\.redelivered) == [true])
    }

    @Test("A dead letter that is not confirmed is published again; the message stays unsettled until then")
    func unconfirmedDeadLetter() async throws {
        let handler = ProbeHandler { _, _ in .reject(DeadLetterCause(.unknownSubject, error: "no such job")) }
        try await consume(handler: handler) { _, _ in
            let sent = try await send(1)
            _ = sent
            try await wait(for: "the dead letter arrives") { !broker.messages(in: .deadLetter).isEmpty }
            broker.loseConfirms(ofNext: 2)
            // The first lost confirm is this message's own, the second its dead letter's.
            _ = await broker.publish([sent])
            try await wait(for: "the second dead letter arrives twice") {
                broker.messages(in: .deadLetter).count == 3
            }
            try await wait(for: "the message is acknowledged") { broker.unsettledCount(of: queue) == 0 }
        }
        #expect(broker.messages(in: .deadLetter).allSatisfy { $0.headers["x-cause"] == "unknown-subject" })
    }

    @Test("Messages without any property become dead letters")
    func bareMessage() async throws {
        let bare = IncomingMessage(
            queue: "", exchange: .jobs, routingKey: .certificationRequested(.normal), id: nil, correlationID: nil,
            typeName: nil, schemaVersion: nil, contentType: nil, appID: nil, timestamp: nil, attempt: 1, trace: nil,
            redelivered: false, body: Data("hello".utf8), headers: [:])
        #expect(broker.publishRaw(bare) == .confirmed)
        try await consume(handler: ProbeHandler { _, _ in .done }) { _, _ in
            try await wait(for: "the dead letter arrives") { !broker.messages(in: .deadLetter).isEmpty }
        }
        let letter = try #require(broker.messages(in: .deadLetter).first)
        #expect(letter.headers["x-cause"] == "unknown-type")
        #expect(letter.body == Data("hello".utf8))
        #expect(letter.routingKey == .certificationRequested(.normal))
    }

    @Test("Garbage without room for its cause is left to the broker to dead-letter, and consuming goes on")
    func overfullHeaders() async throws {
        let broker = InMemoryBroker()
        broker.declareExchange("dead", kind: .fanout)
        broker.declareQueue("dead")
        broker.bind("dead", to: "dead", pattern: "#")
        broker.declareQueue("probes", deadLetterExchange: "dead")
        let handled = Journal<Int>()
        let handler = ProbeHandler { probe, _ in
            handled.append(probe.number)
            return .done
        }
        let consumer = ConsumerService(
            source: broker, publisher: broker, scheduler: outbox, handler: handler,
            configuration: ConsumerConfiguration(queue: "probes", concurrency: 1, deadLetterExchange: "dead"),
            clock: clock, metrics: metrics, logger: silentLogger)
        let group = ServiceGroup(services: [consumer], logger: silentLogger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for number in 1...2 {
                var message = try IncomingMessage.sample()
                message.exchange = ""
                message.routingKey = "probes"
                message.body = try MessageCoding.encode(Probe(number))
                if number == 1 {
                    message.typeName = "garbage"
                    message.headers["tenant"] = String(repeating: "x", count: 131_060)
                }
                #expect(broker.publishRaw(message) == .confirmed)
            }
            try await handled.wait(for: "the good message is handled") { $0 == [2] }
            #expect(broker.messages(in: "dead").map(\.typeName) == ["garbage"])
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test("Readiness follows the subscription: gone while the broker is, back by itself")
    func readiness() async throws {
        broker.setReachable(false)
        try await consume(handler: ProbeHandler { _, _ in .done }) { consumer, _ in
            #expect(!consumer.isConsuming)
            broker.setReachable(true)
            try await wait(for: "consuming begins") { consumer.isConsuming }
            broker.setReachable(false)
            try await wait(for: "the loss is noticed") { !consumer.isConsuming }
            broker.setReachable(true)
            try await wait(for: "consuming resumes") { consumer.isConsuming }
        }
    }

    @Test("A handler that outlasts the drain is cancelled and its message goes back uncounted")
    func drainTimeout() async throws {
        let started = Journal<Int>()
        let handler = ProbeHandler { probe, _ in
            started.append(probe.number)
            try await Gate().pass()
            return .done
        }
        let sent = try await send(1)
        try await consume(drainTimeout: .seconds(2), handler: handler) { _, _ in
            try await started.wait(for: "the handler runs") { !$0.isEmpty }
        }
        #expect(broker.messages(in: queue).map(\.id) == [sent.id])
        #expect(broker.messages(in: queue).map(\.attempt) == [1])
        #expect(outbox.messages.isEmpty)
    }

    @Test("After a server-side cancel the running handler still settles, while others are consumed already")
    func cancelWhileHandling() async throws {
        let started = Journal<Int>()
        let gate = Gate()
        let handler = ProbeHandler { probe, _ in
            started.append(probe.number)
            if probe.number == 1 { try await gate.pass() }
            return .done
        }
        try await consume(concurrency: 2, handler: handler) { _, _ in
            _ = try await send(1)
            try await started.wait(for: "the first is started") { $0 == [1] }
            broker.cancelConsumers(of: queue)
            _ = try await send(2)
            try await started.wait(for: "the second is started") { $0 == [1, 2] }
            gate.open()
            try await wait(for: "both are settled") { broker.unsettledCount(of: queue) == 0 }
        }
        #expect(started.entries == [1, 2])
        #expect(broker.messages(in: queue).isEmpty)
    }

    @Test("Endings, redeliveries and durations are counted per queue")
    func counting() async throws {
        let handler = ProbeHandler { probe, _ in
            probe.number == 1 ? .done : .reject(DeadLetterCause(.rejected, error: "no"))
        }
        try await consume(handler: handler) { _, _ in
            _ = try await send(1)
            _ = try await send(2)
            try await wait(for: "both are settled") {
                broker.messages(in: .deadLetter).count == 1 && broker.unsettledCount(of: queue) == 0
            }
        }
        let label = ("queue", queue.rawValue)
        let done = try metrics.expectCounter("consumer_messages_total", [label, ("disposition", "done")])
        let dead = try metrics.expectCounter("consumer_messages_total", [label, ("disposition", "dead_lettered")])
        #expect(done.totalValue == 1)
        #expect(dead.totalValue == 1)
        #expect(try metrics.expectTimer("consumer_handle_duration_seconds", [label]).values.count == 2)
        #expect(try metrics.expectCounter("consumer_redelivered_total", [label]).values.isEmpty)
    }
}
