/// A clock whose instants are counted from when it was made, so that state machines can do with durations.
package struct Timebase: Sendable {
    private let elapsed: @Sendable () -> Duration
    private let wait: @Sendable (Duration) async throws -> Void

    package init(_ clock: any Clock<Duration>) {
        self = Self.make(clock)
    }

    private init(
        elapsed: @escaping @Sendable () -> Duration, wait: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.elapsed = elapsed
        self.wait = wait
    }

    private static func make<C: Clock<Duration>>(_ clock: C) -> Timebase {
        let start = clock.now
        return Timebase(
            elapsed: { start.duration(to: clock.now) }, wait: { try await clock.sleep(for: $0) })
    }

    /// The time since this was made.
    package var now: Duration { elapsed() }

    /// Waits.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func sleep(for duration: Duration) async throws {
        try await wait(duration)
    }
}
