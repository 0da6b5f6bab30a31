/// A sample of times, with only those percentiles that its size allows.
package struct Distribution: Sendable, Hashable, Codable {
    package var count: Int
    /// In milliseconds; nil without samples.
    package var meanMs: Double?
    /// Nil with fewer than 2 samples.
    package var p50: Percentile?
    /// Nil with fewer than 10 samples.
    package var p90: Percentile?
    /// Nil with fewer than 20 samples.
    package var p95: Percentile?
}

/// One percentile of a sample.
package struct Percentile: Sendable, Hashable, Codable {
    package var milliseconds: Double
    /// Whether the sample is large enough to trust the value: 10 for p50, 50 for p90, 100 for p95.
    package var isReliable: Bool
}

extension Distribution {
    /// Percentiles are given from 1/(1−p) samples on and are reliable from 5/(1−p) on: the rule of awslabs/llmeter.
    package init(milliseconds samples: [Double]) {
        let sorted = samples.filter(\.isFinite).sorted()
        count = sorted.count
        meanMs = sorted.isEmpty ? nil : (sorted.reduce(0, +) / Double(sorted.count)).toMicroseconds
        p50 = Self.percentile(50, of: sorted)
        p90 = Self.percentile(90, of: sorted)
        p95 = Self.percentile(95, of: sorted)
    }

    private static func percentile(_ percent: Int, of sorted: [Double]) -> Percentile? {
        let samplesPerOutlier = 100 / (100 - percent)
        guard sorted.count >= samplesPerOutlier, let value = nearestRank(percent, of: sorted) else { return nil }
        return Percentile(milliseconds: value, isReliable: sorted.count >= 5 * samplesPerOutlier)
    }

    /// The smallest sample that at least `percent`, 1–100, of all samples do not exceed; nil without samples.
    static func nearestRank(_ percent: Int, of sorted: [Double]) -> Double? {
        guard !sorted.isEmpty else { return nil }
        return sorted[(percent * sorted.count + 99) / 100 - 1]
    }
}

extension Double {
    /// Milliseconds to three decimals.
    var toMicroseconds: Double { (self * 1000).rounded() / 1000 }
}
