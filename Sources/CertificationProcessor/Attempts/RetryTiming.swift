import Certification
import Messaging

/// When the next attempt at a certification falls due.
struct RetryTiming: Sendable, Hashable {
    var policy: RetryPolicy

    /// The wait after `attempt`, counted from 1: what the provider asked for at least. Where a quota's window has to pass,
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
        return max(delay, retry.retryAfter ?? .zero)
    }
}
