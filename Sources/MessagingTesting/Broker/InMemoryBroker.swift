package import Contracts
import Foundation
package import Messaging
import Synchronization

/// A broker in memory, as strict as RabbitMQ about confirms, returns, order, prefetch and redelivery.
package final class InMemoryBroker: MessagePublisher, MessageSource {
    private struct State {
        var broker = BrokerState()
        var isReachable = true
        var confirmsToLose = 0
        var consumersSoFar = 0
    }

    private let state = Mutex(State())
    /// Every message that a publisher sent and what became of it, in order.
    package let publications = Journal<Publication>()

    /// A published message with its outcome.
    package struct Publication: Sendable, Hashable {
        package var message: OutgoingMessage
        package var outcome: PublishOutcome
    }

    package init() {}

    /// A broker with the exchanges, queues and bindings of `topology`; policies are not applied.
    package convenience init(_ topology: Topology) {
        self.init()
        for exchange in topology.exchanges {
            declareExchange(exchange.name, kind: exchange.kind, alternate: exchange.alternate)
        }
        for queue in topology.queues { declareQueue(queue.name) }
        for binding in topology.bindings { bind(binding.queue, to: binding.exchange, pattern: binding.pattern) }
    }

    // MARK: Topology

    package func declareExchange(
        _ name: ExchangeName, kind: Topology.Exchange.Kind = .topic, alternate: ExchangeName? = nil
    ) {
        state.withLock { $0.broker.declareExchange(name, BrokerState.Exchange(kind: kind, alternate: alternate)) }
    }

    package func deleteExchange(_ name: ExchangeName) {
        state.withLock { $0.broker.deleteExchange(name) }
    }

    /// Declares a queue that refuses messages once `limit` are ready (nil: never) and sends rejected ones to
    /// `deadLetterExchange` (nil: drops them).
    package func declareQueue(_ name: QueueName, limit: Int? = nil, deadLetterExchange: ExchangeName? = nil) {
        state.withLock {
            $0.broker.declareQueue(name, BrokerState.Queue(limit: limit, deadLetterExchange: deadLetterExchange))
        }
    }

    package func bind(_ queue: QueueName, to exchange: ExchangeName, pattern: RoutingKey) {
        state.withLock { $0.broker.bind(BrokerState.Binding(queue: queue, pattern: pattern), to: exchange) }
    }

    /// Deletes the queue with its messages; its consumers are cancelled from the server's side.
    package func deleteQueue(_ name: QueueName) {
        state.withLock { $0.broker.deleteQueue(name) }
    }

    // MARK: Trouble

    /// Cancels the queue's consumers from the server's side; what they hold stays theirs to settle.
    package func cancelConsumers(of queue: QueueName) {
        state.withLock { $0.broker.cancelConsumers(of: queue) }
    }

    /// Leaves the queue's consumers attached without a word and without deliveries; what they hold stays theirs to settle.
    package func forgetConsumers(of queue: QueueName) {
        state.withLock { $0.broker.forgetConsumers(of: queue) }
    }

    /// Cuts all connections: unsettled messages go back to their queues, new connections are accepted.
    package func loseConnections() {
        state.withLock { $0.broker.closeAll() }
    }

    /// Cuts all connections and refuses new ones until the opposite is set.
    package func setReachable(_ isReachable: Bool) {
        state.withLock { state in
            state.isReachable = isReachable
            if !isReachable { state.broker.closeAll() }
        }
    }

    /// Takes the next `count` messages, but loses the connection before it confirms them.
    package func loseConfirms(ofNext count: Int) {
        state.withLock { $0.confirmsToLose = count }
    }

    // MARK: Looking

    /// The messages that wait in the queue, next first.
    package func messages(in queue: QueueName) -> [IncomingMessage] {
        state.withLock { $0.broker.queues[queue]?.ready.map(\.message) ?? [] }
    }

    /// How many messages of the queue are delivered and not settled.
    package func unsettledCount(of queue: QueueName) -> Int {
        state.withLock { state in
            state.broker.consumers.values.filter { $0.queue == queue }.map(\.unsettled.count).reduce(0, +)
        }
    }

    // MARK: MessagePublisher

    package func publish(_ messages: [OutgoingMessage]) async -> [PublishOutcome] {
        messages.map { message in
            let outcome = publish(message)
            publications.append(Publication(message: message, outcome: outcome))
            return outcome
        }
    }

    private func publish(_ message: OutgoingMessage) -> PublishOutcome {
        state.withLock { state in
            guard state.isReachable else { return .connectionLost }
            guard message.headerSize < Self.headerLimit else {
                return .returned(code: PublishOutcome.unsendable, text: "The headers do not fit one frame.")
            }
            let outcome = state.broker.publish(IncomingMessage(message), mandatory: message.mandatory)
            guard state.confirmsToLose > 0 else { return outcome }
            state.confirmsToLose -= 1
            return .connectionLost
        }
    }

    /// The bytes of a frame, as RabbitMQ has it.
    private static let headerLimit = 131_072

    /// Publishes a message as a stranger would: with any property missing.
    package func publishRaw(_ message: IncomingMessage) -> PublishOutcome {
        state.withLock { $0.broker.publish(message, mandatory: true) }
    }

    // MARK: MessageSource

    package func subscribe(to queue: QueueName, prefetch: Int) async throws -> Subscription {
        let (deliveries, continuation) = AsyncStream<Delivery>.makeStream()
        let key: Int = try state.withLock { state in
            guard state.isReachable else { throw InMemoryBrokerError.unreachable }
            guard state.broker.queues[queue] != nil else { throw InMemoryBrokerError.noQueue(queue) }
            state.consumersSoFar += 1
            let key = state.consumersSoFar
            let consumer = BrokerState.Consumer(
                queue: queue, prefetch: prefetch,
                deliver: { message, number in
                    continuation.yield(
                        Delivery(message: message) { [weak self] settlement in
                            self?.state.withLock { $0.broker.settle(number, of: key, as: settlement) } ?? false
                        })
                },
                end: { continuation.finish() })
            state.broker.addConsumer(consumer, key: key)
            return key
        }
        return Subscription(
            deliveries: deliveries,
            cancel: { self.state.withLock { $0.broker.cancel(key) } },
            close: { self.state.withLock { $0.broker.close(key) } })
    }

    package func state(of queue: QueueName) async throws -> QueueState {
        try state.withLock { state in
            guard state.isReachable else { throw InMemoryBrokerError.unreachable }
            return state.broker.state(of: queue)
        }
    }
}

/// Why the in-memory broker refuses to deliver.
package enum InMemoryBrokerError: Error, Hashable {
    case unreachable
    case noQueue(QueueName)
}

extension IncomingMessage {
    /// The message as a broker delivers what was published; its queue is filled in by the routing.
    package init(_ message: OutgoingMessage) {
        var headers = message.extraHeaders
        headers[MessageHeader.schemaVersion] = String(message.type.schemaVersion)
        headers[MessageHeader.attempt] = String(message.attempt)
        headers[MessageHeader.traceparent] = message.trace?.traceparent
        headers[MessageHeader.tracestate] = message.trace?.traceState
        self.init(
            queue: "", exchange: message.exchange, routingKey: message.routingKey, id: message.id,
            correlationID: message.correlationID, typeName: message.type.name,
            schemaVersion: message.type.schemaVersion, contentType: "application/json", appID: "certforge",
            timestamp: Date(timeIntervalSince1970: message.createdAt.timeIntervalSince1970.rounded(.down)),
            attempt: message.attempt, trace: message.trace, redelivered: false, body: message.body, headers: headers)
    }
}

extension OutgoingMessage {
    fileprivate var headerSize: Int { extraHeaders.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } }
}
