package import Foundation

/// A bucket that fills at a rate, kept as the one moment at which all that was taken will have flowed in again.
///
/// The generic cell rate algorithm with costs (ITU-T I.371, annex A): there is nothing to refill, so that a bucket that
/// nobody looked at for a year is exact at once.
package struct TokenBucket: Sendable, Hashable {
    /// Units a second, above zero.
    package let rate: Double
    /// How many units may be taken at once after a rest, from 0.
    package let burst: Double
    /// When all that was taken will have flowed in; nil or in the past for a full bucket.
    package private(set) var virtualTime: Date?

    /// A rate of zero would keep everyone waiting for ever: it counts as one unit in eleven days.
    package init(rate: Double, burst: Double, virtualTime: Date? = nil) {
        self.rate = max(rate, 0.000_001)
        self.burst = max(0, burst)
        self.virtualTime = virtualTime
    }

    /// When the next reservation may be used.
    package func nextFree(at now: Date) -> Date {
        guard let virtualTime else { return now }
        return max(now, virtualTime - burst / rate)
    }

    /// Reserves `cost` units. Whoever comes when there is anything left goes at once, whatever it costs; those after it
    /// wait the longer.
    ///
    /// - Returns: from when on the reservation may be used, `now` at the earliest.
    package mutating func reserve(_ cost: Double, at now: Date) -> Date {
        let due = nextFree(at: now)
        virtualTime = max(now, virtualTime ?? now) + max(0, cost) / rate
        return due
    }

    /// Takes `cost` units if they are all there now.
    package mutating func take(_ cost: Double, at now: Date) -> Bool {
        let next = max(now, virtualTime ?? now) + max(0, cost) / rate
        // Half a microsecond: what a date loses in arithmetic must not refuse the last unit of a full bucket.
        guard next - burst / rate <= now + 0.000_000_5 else { return false }
        virtualTime = next
        return true
    }

    /// Forgets what was reserved.
    package mutating func reset(at now: Date) {
        virtualTime = now
    }
}
