import Contracts

/// How good the answers were: the share of passed tests, each dimension with the weight that a rubric gives it.
package struct QualityScore: Sendable, Hashable, Codable {
    package struct Part: Sendable, Hashable, Codable {
        package var dimension: SuiteTest.Dimension
        package var weight: Double
        /// Weighted share of passed tests, 0–1.
        package var score: Double
        package var passed: Int
        /// Tests that say something about the model.
        package var judged: Int
    }

    /// Σ weight × score / Σ weight over the dimensions with judged tests, 0–1, to four decimals.
    package var score: Double
    /// Wilson's interval of the score at its effective sample size, (Σ v)² / Σ v² with each test's part v (Kish 1965).
    package var interval: ConfidenceInterval
    /// In the suite's order.
    package var dimensions: [Part]
}

extension QualityScore {
    /// Nil when no test was judged.
    init?(_ history: TestHistory, weights: Rubric.DimensionWeights) {
        var judged: [SuiteTest.Dimension: [(weight: Double, hasPassed: Bool)]] = [:]
        var order: [SuiteTest.Dimension] = []
        for test in history.suite.tests where test.counts {
            guard let outcome = history.latest(of: test.id)?.outcome, outcome.countsForQuality else { continue }
            if judged[test.dimension] == nil { order.append(test.dimension) }
            judged[test.dimension, default: []].append((test.weight, outcome == .pass))
        }
        var parts: [Part] = []
        var shares: [Double] = []
        for dimension in order {
            let tests = judged[dimension] ?? []
            let sum = tests.reduce(0) { $0 + $1.weight }
            guard sum > 0 else { continue }
            let weight = weights.weight(of: dimension)
            let passed = tests.filter(\.hasPassed)
            parts.append(
                Part(
                    dimension: dimension, weight: weight, score: passed.reduce(0) { $0 + $1.weight } / sum,
                    passed: passed.count, judged: tests.count))
            shares += tests.map { weight * $0.weight / sum }
        }
        let total = parts.reduce(0) { $0 + $1.weight }
        let squares = shares.reduce(0) { $0 + $1 * $1 }
        guard total > 0, squares > 0 else { return nil }
        let score = parts.reduce(0) { $0 + $1.weight * $1.score } / total
        guard let interval = ConfidenceInterval(wilson: score, of: total * total / squares) else { return nil }
        self.init(score: (score * 10_000).rounded() / 10_000, interval: interval, dimensions: parts)
    }

    /// Whether no dimension has anything that passed.
    var isZero: Bool { dimensions.allSatisfy { $0.passed == 0 } }
}
