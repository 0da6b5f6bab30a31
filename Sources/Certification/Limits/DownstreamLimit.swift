package import Foundation

/// What is known of a downstream's use, shared by all processors: what has been reserved of its quota, and which share of
/// it may be used.
package struct DownstreamLimit: Sendable, Hashable, Codable {
    /// Whether an attempt may begin.
    package enum Admission: Sendable, Hashable {
        case start
        /// Not yet. When `isReserved`, its calls are charged already and it begins then without being charged again.
        case wait(until: Date, Cause, isReserved: Bool)
    }

    /// Which limit is reached.
    package enum Cause: String, Sendable, Hashable, Codable {
        case requests = "requests per minute"
        case tokens = "tokens per minute"
        case concurrency = "attempts at once"
    }

    /// How many seconds of quota may be used at once after a rest.
    package static let burst: TimeInterval = 15
    /// The longest time to wait for a place, in seconds; then it is looked again.
    private static let longestWaitForPlace: TimeInterval = 60

    package private(set) var adaptive = AdaptiveLimit()
    private var requestsPaidAt: Date?
    private var tokensPaidAt: Date?
    private var placesPaidAt: Date?
    /// What attempts took of late, in seconds.
    package private(set) var attemptSeconds = 5.0

    package init() {}

    /// Decides about an attempt, and charges it unless it has to wait for a place.
    ///
    /// - Parameters:
    ///   - cost: of the tests that are still to run.
    ///   - quota: the nominal one.
    ///   - inUse: attempts that run now.
    ///   - reservedAt: when this attempt was charged before; a cut since then makes the reservation void.
    ///   - now: the moment by the clock that all processors share.
    /// - Returns: whether it may begin, else when.
    package mutating func admit(
        _ cost: AttemptCost, quota: DownstreamQuota, inUse: Int, reservedAt: Date?, at now: Date
    ) -> Admission {
        let isReserved = reservedAt.map { reserved in adaptive.cutAt.map { $0 <= reserved } ?? true } ?? false
        if let places = places(quota), inUse >= places {
            return .wait(until: nextPlace(of: places, at: now), .concurrency, isReserved: isReserved)
        }
        guard !isReserved else { return .start }
        let requests = Self.reserve(
            cost.requests, perMinute: quota.requestsPerMinute, share: adaptive.factor, &requestsPaidAt, at: now)
        let tokens = Self.reserve(
            cost.tokens, perMinute: quota.tokensPerMinute, share: adaptive.factor, &tokensPaidAt, at: now)
        let due = max(requests, tokens)
        guard due > now else { return .start }
        return .wait(until: due, tokens > requests ? .tokens : .requests, isReserved: true)
    }

    /// An attempt was throttled. What was reserved at the old rate is void: it reserves anew when it falls due. The bucket is
    /// evidently empty, whatever was reckoned.
    package mutating func throttled(at now: Date) -> AdaptiveLimit.Change {
        let change = adaptive.throttled(at: now)
        if change == .cut {
            requestsPaidAt = now.addingTimeInterval(Self.burst)
            tokensPaidAt = requestsPaidAt
        }
        return change
    }

    /// Gives back what an attempt was charged for and, because it ended early, did not use.
    package mutating func refund(_ unused: AttemptCost, quota: DownstreamQuota, at now: Date) {
        Self.refund(
            unused.requests, perMinute: quota.requestsPerMinute, share: adaptive.factor, &requestsPaidAt, at: now)
        Self.refund(unused.tokens, perMinute: quota.tokensPerMinute, share: adaptive.factor, &tokensPaidAt, at: now)
    }

    package mutating func succeeded(startedAt: Date, at now: Date) -> AdaptiveLimit.Change {
        adaptive.succeeded(startedAt: startedAt, at: now)
    }

    package mutating func failed(at now: Date) {
        adaptive.failed(at: now)
    }

    /// Notes how long an attempt took, in seconds.
    package mutating func noteDuration(_ seconds: TimeInterval) {
        attemptSeconds = 0.8 * attemptSeconds + 0.2 * min(max(seconds, 0.05), 300)
    }

    /// How many attempts may run at once; nil for any number.
    package func places(_ quota: DownstreamQuota) -> Int? {
        quota.concurrency.map { max(1, Int(Double($0) * adaptive.factor)) }
    }

    /// When the rates let the next attempt begin.
    package func nextFree(_ quota: DownstreamQuota, at now: Date) -> Date {
        let requests = Self.bucket(quota.requestsPerMinute, share: adaptive.factor, requestsPaidAt)?.nextFree(at: now)
        let tokens = Self.bucket(quota.tokensPerMinute, share: adaptive.factor, tokensPaidAt)?.nextFree(at: now)
        return max(requests ?? now, tokens ?? now)
    }

    /// Those who wait for a place come back one after another, as places become free by experience.
    private mutating func nextPlace(of places: Int, at now: Date) -> Date {
        var bucket = TokenBucket(rate: Double(places) / attemptSeconds, burst: 0, virtualTime: placesPaidAt)
        if bucket.nextFree(at: now).timeIntervalSince(now) > Self.longestWaitForPlace { bucket.reset(at: now) }
        let due = bucket.reserve(1, at: now)
        placesPaidAt = bucket.virtualTime
        return max(due, now.addingTimeInterval(min(0.5, attemptSeconds)))
    }

    private static func bucket(_ perMinute: Double?, share: Double, _ paidAt: Date?) -> TokenBucket? {
        perMinute.map { TokenBucket(rate: $0 / 60 * share, burst: $0 / 60 * share * burst, virtualTime: paidAt) }
    }

    private static func refund(
        _ unused: Double, perMinute: Double?, share: Double, _ paidAt: inout Date?, at now: Date
    ) {
        guard let perMinute, let paid = paidAt, paid > now else { return }
        paidAt = max(now, paid.addingTimeInterval(-max(0, unused) / (perMinute / 60 * share)))
    }

    private static func reserve(
        _ cost: Double, perMinute: Double?, share: Double, _ paidAt: inout Date?, at now: Date
    ) -> Date {
        guard var bucket = bucket(perMinute, share: share, paidAt) else { return now }
        let due = bucket.reserve(cost, at: now)
        paidAt = bucket.virtualTime
        return due
    }
}
