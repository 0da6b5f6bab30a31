/// Where a rate lies with 95 % confidence, 0–1, to four decimals.
package struct ConfidenceInterval: Sendable, Hashable, Codable {
    package var lower: Double
    package var upper: Double

    /// The standard normal distribution's quantile of 0.975.
    private static let z = 1.959963984540054

    /// Wilson's score interval (E. B. Wilson, JASA 22, 1927), which stays honest where all or none of few trials succeed:
    /// `(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)`.
    ///
    /// - Parameters:
    ///   - rate: The share that was observed, 0–1.
    ///   - count: Of how many; a fraction when it is the effective size of a weighted sample. Nil comes of none.
    package init?(wilson rate: Double, of count: Double) {
        guard count > 0, rate.isFinite else { return nil }
        let square = Self.z * Self.z
        let centre = rate + square / (2 * count)
        let margin = Self.z * (max(0, rate * (1 - rate)) / count + square / (4 * count * count)).squareRoot()
        let scale = 1 + square / count
        lower = Self.rounded((centre - margin) / scale)
        upper = Self.rounded((centre + margin) / scale)
    }

    /// Of `part` successes in `whole` trials; nil without trials.
    package init?(of part: Int, in whole: Int) {
        guard whole > 0 else { return nil }
        self.init(wilson: Double(part) / Double(whole), of: Double(whole))
    }

    private static func rounded(_ value: Double) -> Double {
        min(max((value * 10_000).rounded() / 10_000, 0), 1)
    }
}
