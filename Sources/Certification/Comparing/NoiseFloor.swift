/// How far a figure strays from run to run when nothing has changed: what the earlier runs of the same target tell.
package struct NoiseFloor: Sendable, Hashable {
    /// With fewer runs nobody can say what is usual.
    package static let fewestRuns = 3

    /// The median of the earlier runs.
    package let centre: Double
    /// How far from the centre a run may be.
    package let tolerance: Double

    /// Three times the spread, which is the median distance from the median made comparable to a standard deviation
    /// (1.4826, the factor of a normal distribution): one bad run among the earlier ones does not widen it.
    ///
    /// Nil with fewer than `fewestRuns` runs.
    ///
    /// - Parameters:
    ///   - earlier: the figure in earlier runs, in any order.
    ///   - share: the tolerance is at least this share of the centre, from 0.
    ///   - amount: and at least this much, from 0.
    package init?(earlier: [Double], atLeast share: Double, or amount: Double) {
        let values = earlier.filter(\.isFinite)
        guard values.count >= Self.fewestRuns else { return nil }
        let centre = Self.median(values)
        let spread = 1.4826 * Self.median(values.map { abs($0 - centre) })
        self.centre = centre
        tolerance = max(3 * spread, share * abs(centre), amount)
    }

    package var range: ClosedRange<Double> { (centre - tolerance)...(centre + tolerance) }

    /// Of one value or more.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        guard sorted.count.isMultiple(of: 2) else { return sorted[middle] }
        return (sorted[middle - 1] + sorted[middle]) / 2
    }
}
