import Contracts
import Foundation
package import Logging
package import Metrics
import ServiceLifecycle
import Synchronization

/// Consumes one queue for as long as it runs: decodes, has the handler work, settles; subscribes again whenever the
/// subscription ends, and pauses while its gate is closed.
///
/// `ConsumerStateMachine` decides about the subscription and `SettlementPlan` about each message; this performs.
package final class ConsumerService<Handler: MessageHandler>: Service {
    struct Connection {
        var machine: ConsumerStateMachine
        var subscription: Subscription?
        /// When the last delivery came.
        var lastDelivery: Duration?
    }

    let source: any MessageSource
    let handler: Handler
    let configuration: ConsumerConfiguration
    let gate: ConsumptionGate
    let settler: Settler
    let time: Timebase
    let metrics: ConsumerMetrics
    let logger: Logger
    let connection: Mutex<Connection>
    let slots: Slots
    let handlers = RunningHandlers()

    /// A consumer whose dead letters go to `publisher`, whose retries go to `scheduler` and whose `consumer_…` metrics
    /// go to `metrics`, and which pauses while `gate` is closed; tests pass a clock and a source of jitter of their own.
    package init(
        source: any MessageSource, publisher: any MessagePublisher, scheduler: any RetryScheduler, handler: Handler,
        configuration: ConsumerConfiguration, gate: ConsumptionGate = ConsumptionGate(),
        clock: any Clock<Duration> = ContinuousClock(),
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        metrics: any MetricsFactory = MetricsSystem.factory, logger: Logger
    ) {
        var logger = logger
        logger[metadataKey: "queue"] = "\(configuration.queue)"
        self.source = source
        self.handler = handler
        self.configuration = configuration
        self.gate = gate
        self.time = Timebase(clock)
        self.settler = Settler(
            publisher: publisher, scheduler: scheduler, configuration: configuration, gate: gate, random: random,
            time: time, logger: logger)
        self.metrics = ConsumerMetrics(queue: configuration.queue, factory: metrics)
        self.logger = logger
        self.connection = Mutex(
            Connection(machine: ConsumerStateMachine(probing: configuration.probing, random: random)))
        self.slots = Slots(configuration.concurrency)
    }

    /// Whether the broker delivers to this consumer right now; false while it reconnects, pauses or drains.
    package var isConsuming: Bool { connection.withLock { $0.machine.isConsuming } }

    /// Consumes until the process shuts down, then drains. To be called once.
    package func run() async throws {
        await withDiscardingTaskGroup { supervision in
            supervision.addTask { await self.superviseShutdown() }
            supervision.addTask { await self.watchGate() }
            supervision.addTask { await self.watchQueue() }
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
                action = connection.withLock { $0.machine.subscriptionGivenBack() }
            case .awaitResumption:
                await gate.waitUntilOpen()
                // Whoever sees the same change and tells the machine may be about to.
                await Task.yield()
                action = connection.withLock { $0.machine.resumptionAwaited() }
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

    /// Returns when the broker delivers no more; what was delivered goes on in `stays`, and the channel is closed after it.
    private func consume(_ subscription: Subscription, in stays: inout DiscardingTaskGroup) async {
        let (ended, end) = AsyncStream<Void>.makeStream()
        stays.addTask {
            await withDiscardingTaskGroup { running in
                var unstarted: [Delivery] = []
                for await delivery in subscription.deliveries {
                    self.connection.withLock { $0.lastDelivery = self.time.now }
                    guard await self.slots.take() else {
                        // Given back before the broker knows of the end, it would come again at once.
                        unstarted.append(delivery)
                        continue
                    }
                    running.addTask { await self.process(delivery) }
                }
                for delivery in unstarted { await self.giveBack(delivery) }
                end.finish()
            }
            await subscription.close()
        }
        for await _ in ended {}
    }

    private func logEnd(followedBy action: ConsumerStateMachine.Action) {
        switch action {
        case .wait: logger.warning("The subscription ended; subscribing again")
        case .awaitResumption, .subscribe, .consume, .cancelSubscription, .giveBackSubscription, .finish: break
        }
    }
}
