package import Contracts
package import Logging
import ServiceLifecycle
import Synchronization

/// Consumes one queue in batches, without reading what the messages say: for a queue whose messages may be anything.
///
/// A batch is what came while the one before was handled. It is acknowledged once it was handled; when handling fails,
/// everything goes back to the queue, and after a pause the queue is consumed anew. So it is after a silence, because a
/// broker may have forgotten the consumer (`QueueProbing`).
package final class BatchConsumer: Service {
    /// Handles a batch, which may repeat messages of earlier ones. Throws when it is to be delivered again.
    package typealias Handler = @Sendable ([IncomingMessage]) async throws -> Void

    private let source: any MessageSource
    private let queue: QueueName
    private let prefetch: Int
    private let silenceLimit: Duration
    private let handle: Handler
    private let time: Timebase
    private let logger: Logger
    private let consuming = Mutex(false)

    /// - Parameters:
    ///   - source: where the queue is.
    ///   - queue: an existing queue, or one that will exist.
    ///   - prefetch: how many messages a batch has at most, from 1 to 2,000.
    ///   - silenceLimit: how long nothing may come before the queue is consumed anew.
    ///   - clock: tests pass one of their own.
    ///   - logger: told of each beginning and end.
    ///   - handle: does the work.
    package init(
        source: any MessageSource, queue: QueueName, prefetch: Int,
        silenceLimit: Duration = QueueProbing().silenceLimit, clock: any Clock<Duration> = ContinuousClock(),
        logger: Logger, handle: @escaping Handler
    ) {
        var logger = logger
        logger[metadataKey: "queue"] = "\(queue)"
        self.source = source
        self.queue = queue
        self.prefetch = min(max(1, prefetch), 2_000)
        self.silenceLimit = silenceLimit
        self.handle = handle
        time = Timebase(clock)
        self.logger = logger
    }

    /// Whether the broker delivers to this consumer right now.
    package var isConsuming: Bool { consuming.withLock { $0 } }

    /// Consumes until the process shuts down; what is not handled by then goes back to the queue.
    package func run() async throws {
        var backoff = Backoff(first: .milliseconds(100), cap: .seconds(2))
        var random = SystemRandomNumberGenerator()
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                let subscription = try await cancelWhenGracefulShutdown {
                    try await self.source.subscribe(to: self.queue, prefetch: self.prefetch)
                }
                if !isConsuming { logger.info("Consuming", metadata: ["prefetch": "\(prefetch)"]) }
                let start = time.now
                let wasSilent = try await stay(subscription)
                if time.now - start >= backoff.cap { backoff.reset() }
                if wasSilent { continue }
                logger.log(level: Task.isShuttingDownGracefully ? .info : .warning, "The subscription ended")
            } catch {
                consuming.withLock { $0 = false }
                guard !Task.isShuttingDownGracefully, !Task.isCancelled else { return }
                logger.warning("Cannot consume; trying again", metadata: ["error": "\(String(reflecting: error))"])
            }
            await time.pauseUnlessShuttingDown(for: backoff.next(using: &random))
        }
    }

    /// - Returns: whether it ended because nothing came; it then counts as consuming until the next one fails.
    private func stay(_ subscription: Subscription) async throws -> Bool {
        consuming.withLock { $0 = true }
        var wasSilent = false
        defer { if !wasSilent { consuming.withLock { $0 = false } } }
        do {
            wasSilent = try await consume(subscription)
        } catch {
            await subscription.close()
            throw error
        }
        await subscription.close()
        return wasSilent
    }

    private func consume(_ subscription: Subscription) async throws -> Bool {
        let arrivals = Arrivals(since: time.now)
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                await cancelWhenGracefulShutdown {
                    for await delivery in subscription.deliveries { arrivals.add(delivery, at: self.time.now) }
                }
                arrivals.end()
                return false
            }
            group.addTask {
                while case let rest = self.silenceLimit - (self.time.now - arrivals.latest), rest > .zero {
                    guard (try? await self.time.sleep(for: rest)) != nil else { return false }
                }
                arrivals.end()
                return true
            }
            for await _ in arrivals.signals {
                let batch = arrivals.take()
                guard !batch.isEmpty else { continue }
                try await handle(batch.map(\.message))
                for delivery in batch { await delivery.settle(.ack) }
            }
            let wasSilent = try await group.next() ?? false
            // What came after the end goes back with the channel.
            group.cancelAll()
            return wasSilent
        }
    }
}

/// Deliveries that wait for the batch before them.
private final class Arrivals: Sendable {
    let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let waiting = Mutex<[Delivery]>([])
    private let arrival: Mutex<Duration>

    init(since now: Duration) {
        arrival = Mutex(now)
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// When the last one came.
    var latest: Duration { arrival.withLock { $0 } }

    func add(_ delivery: Delivery, at now: Duration) {
        arrival.withLock { $0 = now }
        waiting.withLock { $0.append(delivery) }
        continuation.yield()
    }

    func end() { continuation.finish() }

    func take() -> [Delivery] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
