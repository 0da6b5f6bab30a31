import Contracts
import Foundation
package import Logging
package import Metrics
import ServiceLifecycle
import Synchronization

/// Consumes one queue for as long as it runs: decodes, has the handler work, settles; subscribes again whenever the
/// subscription ends.
///
/// `ConsumerStateMachine` decides about the subscription and `SettlementPlan` about each message; this performs.
package final class ConsumerService<Handler: MessageHandler>: Service {
    private struct Connection {
        var machine: ConsumerStateMachine
        var subscription: Subscription?
    }

    private let source: any MessageSource
    private let handler: Handler
    private let configuration: ConsumerConfiguration
    private let settler: Settler
    private let time: Timebase
    private let metrics: ConsumerMetrics
    private let logger: Logger
    private let connection: Mutex<Connection>
    private let slots: Slots
    private let handlers = RunningHandlers()

    /// A consumer whose dead letters go to `publisher`, whose retries go to `scheduler` and whose `consumer_…` metrics
    /// go to `metrics`; tests pass a clock and a source of jitter of their own.
    package init(
        source: any MessageSource, publisher: any MessagePublisher, scheduler: any RetryScheduler, handler: Handler,
        configuration: ConsumerConfiguration, clock: any Clock<Duration> = ContinuousClock(),
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        metrics: any MetricsFactory = MetricsSystem.factory, logger: Logger
    ) {
        var logger = logger
        logger[metadataKey: "queue"] = "\(configuration.queue)"
        self.source = source
        self.handler = handler
        self.configuration = configuration
        self.time = Timebase(clock)
        self.settler = Settler(
            publisher: publisher, scheduler: scheduler, configuration: configuration, random: random, time: time,
            logger: logger)
        self.metrics = ConsumerMetrics(queue: configuration.queue, factory: metrics)
        self.logger = logger
        self.connection = Mutex(Connection(machine: ConsumerStateMachine(random: random)))
        self.slots = Slots(configuration.concurrency)
    }

    /// Whether the broker delivers to this consumer right now; false while it reconnects or drains.
    package var isConsuming: Bool { connection.withLock { $0.machine.isConsuming } }

    /// Consumes until the process shuts down, then drains. To be called once.
    package func run() async throws {
        await withDiscardingTaskGroup { supervision in
            supervision.addTask { await self.superviseShutdown() }
            await withDiscardingTaskGroup { stays in
                await self.consume(in: &stays)
            }
            supervision.cancelAll()
        }
    }
}

// MARK: - Subscriptions

extension ConsumerService {
    private func consume(in stays: inout DiscardingTaskGroup) async {
        var action = connection.withLock { $0.machine.started() }
        var subscription: Subscription?
        while true {
            switch action {
            case .subscribe:
                (action, subscription) = await subscribe()
            case .wait(let duration):
                await time.pauseUnlessShuttingDown(for: duration)
                action = connection.withLock { $0.machine.waited() }
            case .consume:
                if let subscription { await consume(subscription, in: &stays) }
                action = connection.withLock { $0.machine.deliveriesEnded(at: time.now) }
                logEnd(followedBy: action)
            case .giveBackSubscription, .cancelSubscription:
                await subscription?.close()
                return
            case .finish:
                return
            }
        }
    }

    private func subscribe() async -> (ConsumerStateMachine.Action, Subscription?) {
        do {
            let subscription = try await cancelWhenGracefulShutdown {
                try await self.source.subscribe(
                    to: self.configuration.queue, prefetch: self.configuration.concurrency)
            }
            let action = connection.withLock { connection in
                connection.subscription = subscription
                return connection.machine.subscribed(at: time.now)
            }
            logger.info("Consuming", metadata: ["prefetch": "\(configuration.concurrency)"])
            return (action, subscription)
        } catch {
            let action = connection.withLock { $0.machine.subscribeFailed() }
            if action != .finish {
                logger.warning("Cannot consume; trying again", metadata: ["error": "\(error)"])
            }
            return (action, nil)
        }
    }

    /// Returns when the broker delivers no more; what was delivered goes on in `stays`.
    private func consume(_ subscription: Subscription, in stays: inout DiscardingTaskGroup) async {
        let (ended, end) = AsyncStream<Void>.makeStream()
        stays.addTask {
            await withDiscardingTaskGroup { running in
                for await delivery in subscription.deliveries {
                    guard await self.slots.take() else {
                        await self.giveBack(delivery)
                        continue
                    }
                    running.addTask {
                        await self.process(delivery)
                        self.slots.giveBack()
                    }
                }
                end.finish()
            }
            await subscription.close()
        }
        for await _ in ended {}
    }

    private func logEnd(followedBy action: ConsumerStateMachine.Action) {
        guard action != .finish else { return }
        logger.warning("The subscription ended; subscribing again")
    }

    private func superviseShutdown() async {
        let isGraceful = (try? await gracefulShutdown()) != nil
        let (action, subscription) = connection.withLock { ($0.machine.shutdownRequested(), $0.subscription) }
        slots.close()
        if action == .cancelSubscription { await subscription?.cancel() }
        if isGraceful {
            logger.info("Draining")
            // Ends early when everything has been settled.
            guard (try? await time.sleep(for: configuration.drainTimeout)) != nil else { return }
            logger.warning("The drain's time is up; messages under way go back to the queue")
        }
        handlers.cancelAll()
    }
}

// MARK: - Deliveries

extension ConsumerService {
    private func process(_ delivery: Delivery) async {
        let message = delivery.message
        if message.redelivered { metrics.countRedelivery() }
        guard let disposition = await disposition(of: message) else {
            return await giveBack(delivery)
        }
        let (settlement, ending) = await settler.carryOut(disposition, of: message)
        await settle(delivery, settlement, ending)
    }

    /// - Returns: nil when the handler was cut off.
    private func disposition(of message: IncomingMessage) async -> Disposition? {
        let payload: Handler.Payload
        do {
            payload = try message.payload()
        } catch {
            return .reject(error)
        }
        let start = time.now
        let result = await handlers.run { [handler, logger] in
            try await withLogger(logger.describing(message)) { _ in
                try await handler.handle(payload, of: message)
            }
        }
        metrics.recordHandling(time.now - start)
        switch result {
        case .success(let disposition):
            return disposition
        case .failure(let error):
            logger.describing(message).warning("The handler failed", metadata: ["error": "\(error)"])
            return .retry(after: nil, DeadLetterCause(.attemptsExhausted, error: "\(error)"))
        case nil:
            return nil
        }
    }

    private func giveBack(_ delivery: Delivery) async {
        await settle(delivery, .requeue, .requeued)
    }

    private func settle(
        _ delivery: Delivery, _ settlement: Delivery.Settlement, _ ending: ConsumerMetrics.Ending
    ) async {
        if await delivery.settle(settlement) {
            metrics.count(ending)
        } else {
            metrics.count(.lost)
            logger.describing(delivery.message).info(
                "The channel was lost before the message was settled; the broker delivers it again")
        }
    }
}
