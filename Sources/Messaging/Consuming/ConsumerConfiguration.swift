package import Contracts

/// What a consumer service consumes and how.
package struct ConsumerConfiguration: Sendable, Hashable {
    package var queue: QueueName
    /// How many messages are handled at once, from 1 to 2,000; also the prefetch.
    package var concurrency: Int
    /// How often and after what wait a message is handled again.
    package var retryPolicy: RetryPolicy
    /// How long a graceful shutdown waits for handlers before it cancels them.
    package var drainTimeout: Duration
    /// Where messages go that are given up.
    package var deadLetterExchange: ExchangeName
    /// How the consumer finds out that the broker no longer knows it.
    package var probing: QueueProbing

    package init(
        queue: QueueName, concurrency: Int, retryPolicy: RetryPolicy = RetryPolicy(),
        drainTimeout: Duration = .seconds(25), deadLetterExchange: ExchangeName = .deadLetter,
        probing: QueueProbing = QueueProbing()
    ) {
        self.queue = queue
        self.concurrency = min(max(1, concurrency), 2_000)
        self.retryPolicy = retryPolicy
        self.drainTimeout = drainTimeout
        self.deadLetterExchange = deadLetterExchange
        self.probing = probing
    }
}
