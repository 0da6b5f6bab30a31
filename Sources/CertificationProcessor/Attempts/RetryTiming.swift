import Certification
import Messaging

/// When the next attempt at a certification falls due.
struct RetryTiming: Sendable, Hashable {
    var policy: RetryPolicy

    /// The longest that a provider may make a certification wait: it may ask for a day, or for ever.
    static let longest: Duration = .seconds(ThrottlePatience.longest)

    /// The wait after `attempt`, counted from 1: what the provider asked for at least, up to an hour. Where a quota's window has to pass,
    /// the policy's cap is the least and its jitter comes on top.
    func delay(
        after attempt: Int, _ retry: CertificationRun.Retry, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        let jittered = policy.delay(attempt: attempt, using: &generator)
        let delay =
            switch retry.delay {
            case .none, .short: jittered
            case .long: policy.cap + jittered
            }
        return max(delay, min(retry.retryAfter ?? .zero, Self.longest))
    }

    /// The wait after an attempt that was only throttled, for the `count`th time in a row, from 1: what the provider asked
    /// for, or half of a backoff and up to as much again, but no longer than the patience that is `left`. When it is over,
    /// the downstream's limit, which has been cut, says when the next attempt begins.
    func delay(
        afterThrottling count: Int, _ retry: CertificationRun.Retry, left: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        let half = policy.ceiling(attempt: count) / 2
        let wanted = max(
            half + .milliseconds(1) * Int.random(in: 0...Int(half / .milliseconds(1)), using: &generator),
            retry.retryAfter ?? .zero)
        // The attempt at its end is the last.
        return min(wanted, max(left, .zero))
    }
}
