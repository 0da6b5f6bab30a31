import Certification

/// How often a model may be called in a region; what goes beyond it is throttled. The bucket holds a quarter of a minute's
/// calls and flows in evenly.
struct SimulatedQuota: Sendable, Hashable {
    /// From 1.
    var requestsPerMinute: Double
    /// Only in these regions; in all, each for itself, when nil.
    var regions: [String]?

    func applies(in region: String) -> Bool { regions?.contains(region) ?? true }

    /// A full bucket.
    var bucket: TokenBucket {
        TokenBucket(rate: requestsPerMinute / 60, burst: max(1, requestsPerMinute / 4))
    }
}
