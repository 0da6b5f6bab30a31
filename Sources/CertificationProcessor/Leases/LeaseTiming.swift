/// How long leases hold and how often they are renewed.
///
/// A dead worker's work is claimed again at the latest after `duration`, the jitter of the request that waits for it
/// (0.25 s) and a poll of the outbox (0.5 s). Within `duration` three renewals in a row may fail.
struct LeaseTiming: Sendable, Hashable {
    var duration: Duration = .seconds(10)
    var renewalInterval: Duration = .seconds(2)
    /// For one renewal; after that it is cancelled.
    var renewalLimit: Duration = .milliseconds(2_500)
    /// Between two signs of life of a process that holds no lease.
    var idleInterval: Duration = .seconds(4)
    /// After being told of a cancelled job, until its leases are looked at once more: a claim that was committed just
    /// before may not have been known at first.
    var cancellationEcho: Duration = .milliseconds(250)
}
