import Logging
import ServiceLifecycle
import Synchronization

/// What ends a subscription from this side: the shutdown, the closed gate, a broker that has forgotten it.
extension ConsumerService {
    func superviseShutdown() async {
        let isGraceful = (try? await gracefulShutdown()) != nil
        let (action, subscription) = connection.withLock { connection in
            // What the broker sent before it hears of the end is still begun where a place is free, and only the rest goes
            // back: prefetch equals concurrency, so that there is none of it but after a lost subscription.
            slots.endLine()
            return (connection.machine.shutdownRequested(), connection.subscription)
        }
        if action == .cancelSubscription { await subscription?.cancel() }
        if isGraceful {
            logger.info("Draining")
            // Ends early when everything has been settled.
            guard (try? await time.sleep(for: configuration.drainTimeout)) != nil else { return }
            logger.warning("The drain's time is up; messages under way go back to the queue")
        }
        handlers.cancelAll()
    }

    func watchGate() async {
        for await state in gate.states() {
            switch state {
            case .open: resume()
            case .closed(let reason): await pause(because: reason)
            }
        }
    }

    private func pause(because reason: String) async {
        let (action, subscription) = connection.withLock { connection in
            let action = connection.machine.paused()
            if connection.machine.isPausing { slots.close() }
            return (action, connection.subscription)
        }
        metrics.recordPause(true)
        logger.warning("Consuming pauses", metadata: ["reason": "\(reason)"])
        if action == .cancelSubscription { await subscription?.cancel() }
    }

    private func resume() {
        let resumes = connection.withLock { connection in
            guard connection.machine.resumed() else { return false }
            slots.open()
            return true
        }
        guard resumes else { return }
        metrics.recordPause(false)
        logger.notice("Consuming resumes")
    }

    func watchQueue() async {
        while (try? await time.sleep(for: configuration.probing.interval)) != nil {
            guard isConsuming else { continue }
            let asked = time.now
            guard let queue = await queueState() else { continue }
            let (finding, subscription) = connection.withLock { connection in
                let seen = ConsumerStateMachine.Observation(
                    askedAt: asked, queue: queue, hasFreeSlot: slots.hasFree, lastDelivery: connection.lastDelivery)
                return (connection.machine.probed(seen, at: time.now), connection.subscription)
            }
            guard let finding else { continue }
            report(finding)
            await subscription?.cancel()
        }
    }

    /// - Returns: nil when there is no answer, which says nothing about the subscription.
    private func queueState() async -> QueueState? {
        do {
            return try await time.limit(configuration.probing.answerLimit) { [source, configuration] in
                try await source.state(of: configuration.queue)
            }
        } catch {
            if !Task.isCancelled {
                logger.warning("The queue's state cannot be seen", metadata: ["error": "\(error)"])
            }
            return nil
        }
    }

    private func report(_ finding: ConsumerStateMachine.Finding) {
        switch finding {
        case .forgotten, .stalled:
            metrics.countGhost()
            logger.warning(
                "The broker delivers nothing more to this consumer; subscribing again",
                metadata: ["finding": "\(finding)"])
        case .queueMissing:
            logger.warning("The queue is gone; subscribing again")
        case .silent:
            logger.debug("Nothing has come for a while; subscribing anew")
        }
    }
}
