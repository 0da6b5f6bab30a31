import Synchronization

/// An event that one task waits for and another fires, before or after.
struct Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func fire() { continuation.finish() }

    /// Returns when the signal was fired or the task was cancelled.
    func wait() async {
        for await _ in stream {}
    }
}

/// A clock on which any sleep lasts exactly until a signal is fired; as much time has passed then as was slept.
final class SignalClock: Clock {
    private let signal: Signal
    private let base = ContinuousClock()
    private let skipped = Mutex(Duration.zero)

    init(_ signal: Signal) { self.signal = signal }

    var now: ContinuousClock.Instant { base.now + skipped.withLock { $0 } }
    var minimumResolution: Duration { base.minimumResolution }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        await signal.wait()
        try Task.checkCancellation()
        let left = now.duration(to: deadline)
        if left > .zero { skipped.withLock { $0 += left } }
    }
}
