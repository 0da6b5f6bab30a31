import Contracts
package import Foundation
package import Logging
package import Metrics
import ServiceLifecycle
import Synchronization

/// Publishes what the outbox holds; a row leaves only when the broker has confirmed its message.
///
/// `OutboxRelayStateMachine` decides, this performs: every call to the store and the publisher is a child task that
/// reports its end as an event.
package final class OutboxRelay: Service {
    private enum Event: Sendable {
        case arrived
        case wokenUp
        case timerFired(Duration)
        case claimed([OutgoingMessage])
        case claimFailed(any Error)
        case published([OutboxRelayStateMachine.Publication])
        case deleted([MessageID])
        case deleteFailed([MessageID], any Error)
        case released([MessageID])
        case releaseFailed([MessageID], any Error)
        case shutdownRequested

        var error: String {
            switch self {
            case .claimFailed(let error), .deleteFailed(_, let error), .releaseFailed(_, let error): "\(error)"
            case .arrived, .wokenUp, .timerFired, .claimed, .published, .deleted, .released, .shutdownRequested: ""
            }
        }
    }

    /// Whom rows are claimed for: what writers pass as `claimedBy` for the fast path.
    package let id: UUID
    private let store: any OutboxStore
    private let publisher: any MessagePublisher
    private let configuration: OutboxRelayConfiguration
    private let time: Timebase
    private let metrics: OutboxMetrics
    private let logger: Logger
    private let events: AsyncStream<Event>
    private let eventSink: AsyncStream<Event>.Continuation
    private let arrivals = Mutex<[OutgoingMessage]>([])
    private let measured = Mutex(OutboxBacklog())

    /// A relay from `store` to `publisher` whose `outbox_…` metrics go to `metrics`; tests pass a clock of their own.
    package init(
        id: UUID = UUID(), store: any OutboxStore, publisher: any MessagePublisher,
        configuration: OutboxRelayConfiguration = OutboxRelayConfiguration(),
        clock: any Clock<Duration> = ContinuousClock(), metrics: any MetricsFactory = MetricsSystem.factory,
        logger: Logger
    ) {
        self.id = id
        self.store = store
        self.publisher = publisher
        self.configuration = configuration
        self.time = Timebase(clock)
        self.metrics = OutboxMetrics(factory: metrics)
        self.logger = logger
        (events, eventSink) = AsyncStream.makeStream()
    }

    /// The fast path, for rows that were written with `claimedBy: id` and have just been committed. Never blocks; when
    /// the queue is full, the poll gets them once their claim has run out.
    package func enqueue(_ messages: [OutgoingMessage]) {
        let wasEmpty = arrivals.withLock { arrivals in
            let wasEmpty = arrivals.isEmpty
            arrivals.append(contentsOf: messages.prefix(configuration.queueLimit - arrivals.count))
            return wasEmpty
        }
        measured.withLock { $0.write(messages.count) }
        if wasEmpty { eventSink.yield(.arrived) }
    }

    /// How far behind the outbox was when it was last measured; nil before the first time and while it cannot be.
    package var lag: OutboxLag? { measured.withLock { $0.lag } }

    /// How many rows are due and not yet published: as last measured, and what was handed to this relay since. Others may
    /// have written more in the meantime, a `lagInterval` at most. Nil while it is not known.
    package var backlog: Int? { measured.withLock { $0.rows } }

    /// Relays until the process shuts down, then gives back what is not published. To be called once.
    package func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.forwardWakeUps() }
            group.addTask { await self.forwardShutdown() }
            group.addTask { await self.measureLag() }
            var machine = OutboxRelayStateMachine(configuration: configuration)
            perform(machine.started(at: time.now), in: &group)
            for await event in events {
                let actions = apply(event, to: &machine)
                report(actions, after: event)
                perform(actions, in: &group)
                if actions.contains(.finish) { break }
            }
            group.cancelAll()
        }
    }

    private func apply(_ event: Event, to machine: inout OutboxRelayStateMachine) -> [OutboxRelayStateMachine.Action] {
        let now = time.now
        switch event {
        case .arrived:
            let messages = arrivals.withLock { arrivals in
                defer { arrivals.removeAll(keepingCapacity: true) }
                return arrivals
            }
            return machine.enqueued(messages, at: now)
        case .wokenUp: return machine.wokenUp(at: now)
        case .timerFired(let time): return machine.timerFired(time, at: now)
        case .claimed(let messages): return machine.claimed(messages, at: now)
        case .claimFailed: return machine.claimFailed(at: now)
        case .published(let publications): return machine.published(publications, at: now)
        case .deleted(let ids): return machine.deleted(ids, at: now)
        case .deleteFailed(let ids, _): return machine.deleteFailed(ids, at: now)
        case .released(let ids): return machine.released(ids, at: now)
        case .releaseFailed(let ids, _): return machine.releaseFailed(ids, at: now)
        case .shutdownRequested: return machine.shutdownRequested(at: now)
        }
    }

    private func perform(_ actions: [OutboxRelayStateMachine.Action], in group: inout DiscardingTaskGroup) {
        for action in actions {
            switch action {
            case .claim(let limit): group.addTask { await self.claim(limit: limit) }
            case .publish(let messages): group.addTask { await self.publish(messages) }
            case .delete(let ids): group.addTask { await self.delete(ids) }
            case .release(let ids, let delay): group.addTask { await self.release(ids, after: delay) }
            case .wake(let time): group.addTask { await self.wake(at: time) }
            case .reportDatabaseLost, .reportDatabaseBack, .reportPublisherLost, .reportPublisherBack, .finish: break
            }
        }
    }
}

// MARK: - Calls that end in an event

extension OutboxRelay {
    private func claim(limit: Int) async {
        do {
            let messages = try await store.claim(
                limit: limit, for: id, claimDuration: configuration.claimDuration)
            eventSink.yield(.claimed(messages))
        } catch {
            eventSink.yield(.claimFailed(error))
        }
    }

    private func publish(_ messages: [OutgoingMessage]) async {
        let outcomes = await publisher.publish(messages)
        count(outcomes, of: messages)
        let now = Date()
        let publications = zip(messages, outcomes).map { message, outcome in
            OutboxRelayStateMachine.Publication(
                id: message.id, outcome: outcome, age: .seconds(max(0, now.timeIntervalSince(message.createdAt))))
        }
        eventSink.yield(.published(publications))
    }

    private func delete(_ ids: [MessageID]) async {
        do {
            try await store.delete(ids)
            eventSink.yield(.deleted(ids))
        } catch {
            eventSink.yield(.deleteFailed(ids, error))
        }
    }

    private func release(_ ids: [MessageID], after delay: Duration) async {
        do {
            try await store.release(ids, by: id, after: delay)
            eventSink.yield(.released(ids))
        } catch {
            eventSink.yield(.releaseFailed(ids, error))
        }
    }

    private func wake(at time: Duration) async {
        guard (try? await self.time.sleep(for: time - self.time.now)) != nil else { return }
        eventSink.yield(.timerFired(time))
    }

    private func forwardWakeUps() async {
        for await _ in store.wakeUps() {
            eventSink.yield(.wokenUp)
        }
    }

    private func forwardShutdown() async {
        guard (try? await gracefulShutdown()) != nil else { return }
        eventSink.yield(.shutdownRequested)
    }
}

// MARK: - Logs and metrics

extension OutboxRelay {
    private func report(_ actions: [OutboxRelayStateMachine.Action], after event: Event) {
        for action in actions {
            switch action {
            case .reportDatabaseLost:
                logger.warning("The outbox cannot be reached; trying again", metadata: ["error": "\(event.error)"])
            case .reportDatabaseBack: logger.info("The outbox can be reached again")
            case .reportPublisherLost:
                logger.warning("The broker cannot be reached; outbox messages wait")
            case .reportPublisherBack: logger.info("The broker can be reached again")
            case .claim, .publish, .delete, .release, .wake, .finish: break
            }
        }
    }

    private func count(_ outcomes: [PublishOutcome], of messages: [OutgoingMessage]) {
        let tally = OutcomeTally(outcomes)
        metrics.count(tally)
        measured.withLock { $0.publish(tally.confirmed) }
        guard tally.returned + tally.nacked > 0 else { return }
        let refused = zip(messages, outcomes).first { $1 != .confirmed && $1 != .connectionLost }
        logger.warning(
            "The broker refused outbox messages; they are published again later",
            metadata: [
                "returned": "\(tally.returned)", "nacked": "\(tally.nacked)",
                "exchange": "\(refused?.0.exchange.rawValue ?? "")",
                "routingKey": "\(refused?.0.routingKey.rawValue ?? "")", "outcome": "\(String(describing: refused?.1))",
            ])
    }

    private func measureLag() async {
        var isFailing = false
        repeat {
            measured.withLock { $0.startMeasuring() }
            do {
                let lag = try await store.lag()
                measured.withLock { $0.measured(lag) }
                metrics.record(lag)
                isFailing = false
            } catch {
                measured.withLock { $0.failedToMeasure() }
                if !isFailing, !Task.isCancelled {
                    logger.warning("The outbox's lag cannot be measured", metadata: ["error": "\(error)"])
                }
                isFailing = true
            }
        } while (try? await time.sleep(for: configuration.lagInterval)) != nil
    }
}
