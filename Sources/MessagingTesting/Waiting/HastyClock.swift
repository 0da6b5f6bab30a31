/// A clock that runs many times as fast as time, so that a test of minutes takes no minutes.
package struct HastyClock: Clock {
    package struct Instant: InstantProtocol {
        fileprivate var offset: Duration

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let factor: Int
    private let start = ContinuousClock.now

    /// - Parameter factor: how many times as fast, from 1.
    package init(factor: Int = 100) {
        self.factor = factor
    }

    package var now: Instant { Instant(offset: start.duration(to: .now) * factor) }
    package var minimumResolution: Duration { ContinuousClock().minimumResolution * factor }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try await ContinuousClock().sleep(for: now.duration(to: deadline) / factor)
    }
}
