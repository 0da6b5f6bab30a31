import Synchronization

/// Measures the time of a test or an attempt while its calls run, and says when it is up.
package final class WorkTimer: Sendable {
    private struct State {
        var time: WorkTime
        var callCount = 0
    }

    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let state: Mutex<State>
    /// Yields when a call begins or ends, or a wait ends; for one consumer.
    private let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    /// The work begins now.
    package init(limit: Duration, clock: any Clock<Duration> = ContinuousClock()) {
        self.clock = clock
        elapsed = clock.stopwatch()
        state = Mutex(State(time: WorkTime(limit: limit)))
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Does something that must not use up the time.
    package func standingStill<Result: Sendable, Failure: Error>(
        _ work: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        state.withLock { $0.time.waitBegan(at: elapsed()) }
        defer {
            state.withLock { $0.time.waitEnded(at: elapsed()) }
            changed.yield()
        }
        return try await work()
    }

    /// Makes a call.
    func calling<Result: Sendable, Failure: Error>(
        _ call: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let number = state.withLock { state in
            state.callCount += 1
            state.time.callBegan(state.callCount, at: elapsed())
            return state.callCount
        }
        changed.yield()
        defer {
            state.withLock { $0.time.callEnded(number) }
            changed.yield()
        }
        return try await call()
    }

    /// Returns when the time is up; may be awaited once.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func expire() async throws {
        var changes = changes.makeAsyncIterator()
        while true {
            switch state.withLock({ $0.time.allowance(at: elapsed()) }) {
            case .remaining(let duration): try await clock.sleep(for: duration)
            case .standsStill:
                guard await changes.next() != nil else { throw CancellationError() }
            case .isUp: return
            }
        }
    }
}

extension Clock where Duration == Swift.Duration {
    /// Starts to measure; what it returns tells the time since then.
    func stopwatch() -> @Sendable () -> Duration {
        let start = now
        return { start.duration(to: now) }
    }
}
