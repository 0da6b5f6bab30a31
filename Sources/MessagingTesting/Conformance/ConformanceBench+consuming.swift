import Contracts
import Foundation
import Logging
import Messaging
import ServiceLifecycle
import Synchronization

/// The cases about the consumer service on top of the adapter.
extension ConformanceBench {
    func checkReject() async throws {
        let sent = try message(1)
        let handler = ProbeHandler { _, _ in .reject(DeadLetterCause(.rejected, error: "the probe is unwelcome")) }
        try await consume(handler: handler) { _, _ in
            try await send([sent])
            let letter = try await nextDeadLetter()
            try require(letter.id == sent.id, "the dead letter keeps the message id")
            try require(letter.body == sent.body, "the dead letter keeps the body")
            try require(letter.routingKey == sent.routingKey, "the dead letter keeps the routing key")
            try require(letter.correlationID == sent.correlationID, "the dead letter keeps the job id")
            let expected = [
                MessageHeader.cause: "rejected", MessageHeader.error: "the probe is unwelcome",
                MessageHeader.originalExchange: exchange.rawValue,
                MessageHeader.originalRoutingKey: sent.routingKey.rawValue,
                MessageHeader.originalQueue: queue.rawValue,
            ]
            for (name, value) in expected {
                try require(letter.headers[name] == value, "\(name) is '\(value)', not '\(letter.headers[name] ?? "")'")
            }
        }
    }

    func checkGarbage() async throws {
        var undecodable = try message(1)
        undecodable.body = Data("{\"number\": \"one".utf8)
        var unknownType = try message(2)
        unknownType.type = MessageType(name: "probe.unheard", schemaVersion: 1)
        var unknownVersion = try message(3)
        unknownVersion.type = MessageType(name: "probe.sent", schemaVersion: 99)
        let garbage = [undecodable, unknownType, unknownVersion]
        let handled = Journal<Int>()
        let handler = ProbeHandler { probe, _ in
            handled.append(probe.number)
            return .done
        }
        try await consume(handler: handler) { _, _ in
            try await send(garbage + [try message(4)])
            try await handled.wait(for: "the good message is handled") { !$0.isEmpty }
            let letters = try await receive(3, from: deadLetterQueue)
            try require(letters.map(\.id) == garbage.map(\.id), "each piece of garbage becomes a dead letter")
            try require(
                letters.map { $0.headers[MessageHeader.cause] } == ["undecodable", "unknown-type", "unknown-version"],
                "each dead letter names its cause")
        }
        try require(handled.entries == [4], "only the good message reaches the handler, not \(handled.entries)")
    }

    func checkRetries() async throws {
        let outbox = InMemoryOutbox()
        let relay = OutboxRelay(
            store: outbox, publisher: broker.publisher,
            configuration: OutboxRelayConfiguration(pollInterval: .milliseconds(10)), logger: logger)
        let attempts = Journal<IncomingMessage>()
        let handler = ProbeHandler { _, message in
            attempts.append(message)
            throw ConformanceFailure("the handler fails")
        }
        let policy = RetryPolicy(maxAttempts: 3, base: .milliseconds(2), cap: .milliseconds(20))
        let sent = try message(1)
        try await consume(scheduler: outbox, retryPolicy: policy, handler: handler, others: [relay]) { _, _ in
            try await send([sent])
            let letter = try await nextDeadLetter()
            try require(letter.headers[MessageHeader.cause] == "attempts-exhausted", "the cause is named")
            try require(letter.headers[MessageHeader.error] == "the handler fails", "the last error is told")
            try require(letter.attempt == 3, "the dead letter is the third attempt, not \(letter.attempt)")
        }
        let made = attempts.entries
        try require(made.map(\.attempt) == [1, 2, 3], "three attempts are made, not \(made.map(\.attempt))")
        try require(Set(made.map(\.id)).count == 3, "each attempt is a message of its own")
        try require(made.allSatisfy { $0.body == sent.body && $0.trace == sent.trace }, "body and trace travel along")
        try require(outbox.messages.isEmpty, "nothing stays behind in the outbox")
    }

    func checkServerCancel() async throws {
        let handled = Journal<Int>()
        let handler = ProbeHandler { probe, _ in
            handled.append(probe.number)
            return .done
        }
        try await consume(handler: handler) { consumer, _ in
            try await send([try message(1)])
            try await handled.wait(for: "the first message is handled") { $0 == [1] }
            try await broker.deleteQueue(queue)
            // Declared again sooner, a quorum queue of the same name may inherit the consumer unnoticed.
            try await withDeadline(.seconds(20), for: "the consumer notices the cancel") {
                while consumer.isConsuming { try await ContinuousClock().sleep(for: .milliseconds(5)) }
            }
            try await declareQueue()
            try await send([try message(2)])
            try await handled.wait(for: "a message is handled after the cancel") { $0 == [1, 2] }
        }
    }

    func checkLostConnection() async throws {
        let inbox = Mutex<Set<MessageID>>([])
        let deliveries = Journal<IncomingMessage>()
        let effects = Journal<Int>()
        let gate = Gate()
        let handler = ProbeHandler { probe, message in
            deliveries.append(message)
            try await gate.pass()
            guard let id = message.id, inbox.withLock({ $0.insert(id).inserted }) else { return .done }
            effects.append(probe.number)
            return .done
        }
        try await consume(concurrency: 2, handler: handler) { _, _ in
            try await send([try message(1)])
            try await deliveries.wait(for: "the message is delivered") { $0.count == 1 }
            try await broker.breakConnections()
            try await deliveries.wait(for: "the message is delivered again") { $0.count == 2 }
            gate.open()
            try await sendUntilConfirmed(try message(2))
            try await effects.wait(for: "consuming goes on") { $0.contains(2) }
        }
        try require(deliveries.entries[1].redelivered, "the second delivery is marked")
        try require(effects.entries.sorted() == [1, 2], "the effect is made once, not \(effects.entries)")
    }

    func checkDrain() async throws {
        let started = Journal<Int>()
        let gate = Gate()
        let handler = ProbeHandler { probe, _ in
            started.append(probe.number)
            try await gate.pass()
            return .done
        }
        // More is delivered than may be started, so that there is something to give back.
        let source = EagerSource(source: broker.source, prefetch: 3)
        try await consume(source: source, concurrency: 1, handler: handler) { _, group in
            try await send(try (1...3).map { try message($0) })
            try await started.wait(for: "the first message is started") { !$0.isEmpty }
            try await source.delivered.wait(for: "all three are delivered") { $0.count == 3 }
            await group.triggerGracefulShutdown()
            try await source.cancelled.wait(for: "the consumer cancels its subscription") { !$0.isEmpty }
            gate.open()
        }
        try require(started.entries == [1], "nothing is started once the drain has begun, not \(started.entries)")
        let left = try await receive(2, from: queue)
        let numbers = try left.map { try MessageCoding.decode(Probe.self, from: $0.body).number }
        try require(numbers.sorted() == [2, 3], "what was not started is given back, and only that, not \(numbers)")
    }

    func nextDeadLetter() async throws -> IncomingMessage {
        guard let letter = try await receive(1, from: deadLetterQueue).first else {
            throw ConformanceFailure("A dead letter arrives")
        }
        return letter
    }
}

/// A source that asks for more than the consumer does, and notes what it delivers and when it is to stop.
struct EagerSource: MessageSource {
    let source: any MessageSource
    let prefetch: Int
    let delivered = Journal<IncomingMessage>()
    let cancelled = Journal<QueueName>()

    func subscribe(to queue: QueueName, prefetch: Int) async throws -> Subscription {
        let subscription = try await source.subscribe(to: queue, prefetch: self.prefetch)
        let (deliveries, continuation) = AsyncStream<Delivery>.makeStream()
        // Forwards for as long as the subscription lives, which its consumer ends by cancelling or closing it.
        let forwarding = Task {
            for await delivery in subscription.deliveries {
                delivered.append(delivery.message)
                continuation.yield(delivery)
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in forwarding.cancel() }
        return Subscription(
            deliveries: deliveries,
            cancel: {
                cancelled.append(queue)
                await subscription.cancel()
            },
            close: subscription.close)
    }

    func state(of queue: QueueName) async throws -> QueueState {
        try await source.state(of: queue)
    }
}
