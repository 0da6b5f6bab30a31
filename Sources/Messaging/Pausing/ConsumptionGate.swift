import ServiceLifecycle
import Synchronization

/// Whether work may be taken from queues. Consumers that share a gate pause while it is closed: they cancel their
/// subscriptions, give back what they have not started, and subscribe again when it opens.
package final class ConsumptionGate: Sendable {
    package enum State: Sendable, Hashable {
        case open
        /// The reason is safe to show anyone, for example `the database is out of reach`.
        case closed(because: String)
    }

    private struct Observed {
        var state = State.open
        var observers: [UInt64: AsyncStream<State>.Continuation] = [:]
        var lastObserver: UInt64 = 0
    }

    private let observed = Mutex(Observed())

    /// An open gate.
    package init() {}

    package var state: State { observed.withLock { $0.state } }
    package var isOpen: Bool { state == .open }

    /// Why the gate is closed; nil while it is open.
    package var closureReason: String? {
        if case .closed(let reason) = state { reason } else { nil }
    }

    package func open() { enter(.open) }
    package func close(because reason: String) { enter(.closed(because: reason)) }

    /// The state now, and then each new one; a slow reader misses all but the newest.
    package func states() -> AsyncStream<State> {
        let (states, continuation) = AsyncStream<State>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let observer = observed.withLock { observed in
            observed.lastObserver += 1
            observed.observers[observed.lastObserver] = continuation
            continuation.yield(observed.state)
            return observed.lastObserver
        }
        continuation.onTermination = { [weak self] _ in
            self?.observed.withLock { $0.observers[observer] = nil }
        }
        return states
    }

    /// Waits while the gate is open, for `duration` at most; also ends when the process shuts down or the task is
    /// cancelled.
    package func stayOpen(
        atMost duration: Duration, on time: Timebase = Timebase(ContinuousClock())
    ) async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                // Ends early when the gate closes first, which cancels it.
                group.addTask { try? await time.sleep(for: duration) }
                group.addTask { await self.waitUntil { $0 != .open } }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Waits until the gate is open, the process shuts down or the task is cancelled.
    package func waitUntilOpen() async {
        await cancelWhenGracefulShutdown { await self.waitUntil { $0 == .open } }
    }

    private func waitUntil(_ isReached: (State) -> Bool) async {
        for await state in states() where isReached(state) { return }
    }

    private func enter(_ state: State) {
        observed.withLock { observed in
            guard observed.state != state else { return }
            observed.state = state
            for continuation in observed.observers.values { continuation.yield(state) }
        }
    }
}
