/// How one model misbehaves, and when.
struct BehaviourRule: Sendable, Hashable {
    var behaviour: Behaviour
    /// The share of calls that it applies to, 0–1; all when nil.
    var share: Double?
    /// Only the first so many calls in each region, after which the model is well; all when nil.
    var first: Int?
    /// Only in these regions; in all when nil.
    var regions: [String]?

    /// Whether it applies to the next call of the model in `region`, after `count` others there.
    func applies(in region: String, after count: Int) -> Bool {
        (regions?.contains(region) ?? true) && (first.map { count < $0 } ?? true)
            && (share.map { Self.isPicked(count, share: $0) } ?? true)
    }

    /// Evenly spread and the same in every run, so that a share of 0.3 is three calls of every ten.
    private static func isPicked(_ count: Int, share: Double) -> Bool {
        Int(Double(count + 1) * share) > Int(Double(count) * share)
    }
}
