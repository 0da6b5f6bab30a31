/// The growing wait between tries to reach a server again: `min(cap, first·2ⁿ)`, half of it fixed and half random, so that
/// a fleet spreads out and none of it spins.
package struct Backoff: Sendable, Hashable {
    /// The longest first wait.
    package let first: Duration
    /// The longest wait.
    package let cap: Duration
    /// How many tries have failed since the last success.
    package private(set) var failures = 0

    package init(first: Duration, cap: Duration) {
        self.first = first
        self.cap = cap
    }

    /// Counts a failure.
    ///
    /// - Returns: how long to wait before the next try.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let ceiling = first.doubled(times: failures, cap: cap)
        failures += 1
        return ceiling / 2 + (ceiling / 2).randomShare(using: &generator)
    }

    /// Starts over after a success.
    package mutating func reset() {
        failures = 0
    }
}
