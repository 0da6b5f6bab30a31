/// How long to wait before the next attempt to connect: exponential with full jitter.
///
/// Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
package struct ReconnectBackoff: Sendable, Hashable {
    /// The upper bound of the first wait.
    package var base: Duration = .milliseconds(100)
    /// No wait is longer during the first `quickPeriod` of an outage: a restarted broker is to be found at once.
    package var quickCap: Duration = .seconds(1)
    /// How long an outage counts as a restart.
    package var quickPeriod: Duration = .seconds(60)
    /// No wait is ever longer.
    package var cap: Duration = .seconds(5)

    package init() {}

    /// A random wait between zero and `min(cap, base · 2ⁿ)`.
    ///
    /// - Parameters:
    ///   - attempt: how many attempts have failed in a row, less one; from 0.
    ///   - outage: how long the outage has lasted.
    ///   - random: where the jitter comes from.
    /// - Returns: the wait.
    package func delay(
        attempt: Int, outage: Duration, using random: inout some RandomNumberGenerator
    ) -> Duration {
        let highest = outage < quickPeriod ? min(cap, quickCap) : cap
        // Beyond 2^16 every base is over its cap, and the shift could overflow.
        let bound = min(highest, base * (1 << min(max(0, attempt), 16)))
        return bound * Double.random(in: 0...1, using: &random)
    }
}
