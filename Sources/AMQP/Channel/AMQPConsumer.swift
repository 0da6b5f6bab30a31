import Synchronization

/// Why no more deliveries come.
package enum AMQPConsumerEnd: Sendable, Hashable {
    case cancelledLocally
    /// The broker sent `basic.cancel`, for example because the queue was deleted.
    case cancelledByBroker
    /// The channel or the connection is gone.
    case closed(AMQPError)
}

/// A consumer on a queue, from the broker's consume-ok until it ends from either side.
package struct AMQPConsumer<Element: Sendable>: Sendable {
    package let tag: String
    /// The deliveries in order, for one reader. At most as many wait in it as the prefetch allows.
    package let deliveries: AsyncStream<Element>
    let ending: ConsumerEnding

    /// Why `deliveries` ended; nil while it has not.
    package var endReason: AMQPConsumerEnd? { ending.reason }
}

/// Where a consumer's end is remembered.
final class ConsumerEnding: Sendable {
    private let state = Mutex<AMQPConsumerEnd?>(nil)

    var reason: AMQPConsumerEnd? { state.withLock { $0 } }

    func end(_ reason: AMQPConsumerEnd) {
        state.withLock { $0 = $0 ?? reason }
    }
}
