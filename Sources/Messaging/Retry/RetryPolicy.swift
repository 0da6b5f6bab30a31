/// How often work is tried and how long it waits in between: exponential backoff with full jitter.
///
/// Source: AWS Architecture Blog, "Exponential Backoff And Jitter".
package struct RetryPolicy: Sendable, Hashable {
    /// How many attempts are made in all, from 1.
    package var maxAttempts: Int
    /// What the wait doubles from.
    package var base: Duration
    /// The longest wait.
    package var cap: Duration

    package init(maxAttempts: Int = 3, base: Duration = .seconds(2), cap: Duration = .seconds(60)) {
        self.maxAttempts = max(1, maxAttempts)
        self.base = max(.zero, base)
        self.cap = max(.zero, cap)
    }

    /// Whether another attempt follows `attempt`, counted from 1.
    package func allowsAttempt(after attempt: Int) -> Bool {
        attempt < maxAttempts
    }

    /// The longest wait after `attempt`, counted from 1: `min(cap, base·2^attempt)`.
    package func ceiling(attempt: Int) -> Duration {
        base.doubled(times: attempt, cap: cap)
    }

    /// The wait after `attempt`, counted from 1: a random time from zero to `ceiling(attempt:)`.
    package func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        ceiling(attempt: attempt).randomShare(using: &generator)
    }
}
