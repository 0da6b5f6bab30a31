import Foundation

/// The exact sign test on paired outcomes, which is McNemar's test without its approximation: of the pairs that differ,
/// either direction is as likely as the other when nothing has changed (reference: McNemar, Psychometrika 12, 1947).
package enum SignTest {
    /// Below it a change is not put down to chance.
    package static let significance = 0.05
    /// With fewer pairs not even changes in one direction only are significant: 2 · 0.5⁵ is 0.0625, 2 · 0.5⁶ is 0.031.
    package static let fewestPairs = 6

    /// The two-sided probability of a split at least as uneven as this one, 0–1; 1 when nothing differs.
    ///
    /// Both counts are from 0.
    package static func pValue(_ one: Int, _ other: Int) -> Double {
        let total = one + other
        guard total > 0 else { return 1 }
        // In logarithms, because the first term of a thousand pairs is smaller than a Double can be. Each is made of the one
        // before, so that no factorial has to be held.
        var logarithm = -Double(total) * log(2)
        var sum = 0.0
        for hits in 0...min(one, other) {
            sum += exp(logarithm)
            logarithm += log(Double(total - hits)) - log(Double(hits + 1))
        }
        return min(1, 2 * sum)
    }
}
