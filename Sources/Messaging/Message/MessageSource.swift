package import Contracts

/// A message together with the means to settle it. Only the consumer service holds one; handlers see the message.
package struct Delivery: Sendable {
    package enum Settlement: Sendable, Hashable {
        /// Done with it.
        case ack
        /// Back to the queue.
        case requeue
        /// Away, to the queue's dead-letter exchange if it has one.
        case reject
    }

    package let message: IncomingMessage
    private let settleDelivery: @Sendable (Settlement) async -> Bool

    package init(message: IncomingMessage, settle: @escaping @Sendable (Settlement) async -> Bool) {
        self.message = message
        settleDelivery = settle
    }

    /// Settles the delivery once.
    ///
    /// - Returns: false when the channel that delivered it is gone; the broker will then deliver the message again.
    @discardableResult
    package func settle(_ settlement: Settlement) async -> Bool {
        await settleDelivery(settlement)
    }
}

/// A stay at one queue, from the broker's consume-ok until it ends from either side.
package struct Subscription: Sendable {
    /// Deliveries in order. Ends when the consumer is cancelled by either side or the connection is lost. Already
    /// delivered messages stay settleable until `close` or the loss.
    package let deliveries: AsyncStream<Delivery>
    /// Asks the broker to send no more; `deliveries` then ends after those under way.
    package let cancel: @Sendable () async -> Void
    /// Closes the channel; what is not settled goes back to the queue.
    package let close: @Sendable () async -> Void

    package init(
        deliveries: AsyncStream<Delivery>, cancel: @escaping @Sendable () async -> Void,
        close: @escaping @Sendable () async -> Void
    ) {
        self.deliveries = deliveries
        self.cancel = cancel
        self.close = close
    }
}

/// A queue as its broker sees it.
package enum QueueState: Sendable, Hashable {
    case missing
    /// How many messages are ready for delivery and how many consumers the broker knows.
    case present(ready: Int, consumers: Int)
}

/// Where messages are consumed from. Implemented by RabbitMQ and by the in-memory broker.
package protocol MessageSource: Sendable {
    /// Starts consuming.
    ///
    /// - Parameters:
    ///   - queue: an existing queue.
    ///   - prefetch: how many unsettled deliveries the broker may have outstanding, from 1 to 2,000.
    /// - Returns: the stay at the queue; the caller closes it.
    /// - Throws: when there is no connection or the broker refuses. The caller tries again after a backoff.
    func subscribe(to queue: QueueName, prefetch: Int) async throws -> Subscription

    /// Asks the broker about a queue, without changing anything.
    ///
    /// - Throws: when there is no connection or the broker gives no answer.
    func state(of queue: QueueName) async throws -> QueueState
}
