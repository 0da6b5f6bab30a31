import Certification
import Contracts
import Testing

@Suite("Rubric 1")
struct RubricTests {
    private let rubric: Rubric

    init() throws {
        rubric = try #require(try RubricCatalog.bundled().rubric(1))
    }

    private func rated(_ status: CertificationStatus, _ metrics: Metrics) -> Double? {
        rubric.rating(for: status, metrics, quality: nil)
    }

    /// Metrics of a suite with so many tests passed and failed.
    private func metrics(
        passed: Int, failed: Int, retries: Int = 0, latencyMs: Double? = 600, errorRate: Double? = 0
    ) -> Metrics {
        let results =
            (0..<passed).map { TestResult.sample(TestID("p\($0)"), .pass) }
            + (0..<failed).map { TestResult.sample(TestID("f\($0)"), .fail) }
        let suite = Certification.Suite(id: "s", version: 1, tests: results.map { .sample($0.test) })
        var metrics = Metrics(TestHistory(suite: suite, results: results))
        metrics.retries = retries
        metrics.errorRate = errorRate
        metrics.latency = Distribution(milliseconds: latencyMs.map { [$0] } ?? [])
        return metrics
    }

    @Test(
        "The rating is the formula's",
        arguments: [
            (7, 0, 0, 600, 0, 5.0),
            (6, 1, 0, 600, 0, 4.3),
            (7, 0, 0, 1999.9, 0, 5.0),
            (7, 0, 0, 2000, 0, 4.7),
            (7, 0, 0, 5000, 0, 4.4),
            (7, 0, 0, 10_000, 0, 4.2),
            (7, 0, 3, 600, 0, 4.8),
            (7, 0, 6, 600, 0, 4.5),
            (7, 0, 60, 600, 0, 4.5),
            (7, 0, 0, 600, 0.25, 4.8),
            (4, 1, 0, 600, 0, 4.0),
        ] as [(Int, Int, Int, Double, Double, Double)])
    func formula(passed: Int, failed: Int, retries: Int, latency: Double, errors: Double, rating: Double) {
        let metrics = metrics(passed: passed, failed: failed, retries: retries, latencyMs: latency, errorRate: errors)
        #expect(rated(.certified, metrics) == rating)
    }

    @Test("No latency is no speed")
    func noLatency() {
        #expect(rated(.certified, metrics(passed: 7, failed: 0, latencyMs: nil)) == 4)
    }

    @Test(
        "A badge begins at its rating",
        arguments: [
            (5.0, .premium), (4.8, .premium), (4.7, .recommended), (4.0, .recommended), (3.9, .functional),
            (3.0, .functional), (2.9, .limited), (2.0, .limited), (1.9, .notRecommended), (1.0, .notRecommended),
            (0.9, .unavailable), (0, .unavailable),
        ] as [(Double, Badge)])
    func badges(rating: Double, badge: Badge) {
        #expect(rubric.badge(for: rating) == badge)
    }

    /// The badges that a status allows; a status that is missing has none.
    private let allowed: [CertificationStatus: Set<Badge>] = [
        .certified: [.premium, .recommended, .functional],
        .qualityWarning: [.functional, .limited],
        .failed: [.limited, .notRecommended, .unavailable],
        .unsupported: [.unavailable],
    ]

    @Test("Neither rating nor badge ever contradicts the status", arguments: CertificationStatus.allCases)
    func consistency(status: CertificationStatus) {
        for passed in 0...6 {
            for failed in 0...6 {
                var metrics = metrics(passed: passed, failed: failed)
                for (retries, latency, errorRate) in Self.conditions {
                    metrics.retries = retries
                    metrics.latency.meanMs = latency
                    metrics.errorRate = errorRate
                    check(rated(status, metrics), of: status)
                }
            }
        }
    }

    private static let conditions: [(Int, Double?, Double?)] = [0, 1, 6, 40].flatMap { retries in
        ([nil, 0, 1999, 2000, 4999, 5000, 9999, 10_000, 60_000] as [Double?]).flatMap { latency in
            ([nil, 0, 0.1, 1] as [Double?]).map { (retries, latency, $0) }
        }
    }

    private func check(_ rating: Double?, of status: CertificationStatus) {
        guard let badges = allowed[status] else {
            #expect(rating == nil)
            return
        }
        guard let rating else {
            Issue.record("\(status) has no rating")
            return
        }
        #expect(badges.contains(rubric.badge(for: rating)))
        #expect((0...5).contains(rating))
        #expect((rating * 10).rounded() / 10 == rating)
    }

    /// The formula as it was written before there were files.
    private func golden(_ status: CertificationStatus, _ metrics: Metrics) -> Double? {
        let bounds: ClosedRange<Double>
        switch status {
        case .certified: bounds = 3.0...5.0
        case .qualityWarning: bounds = 2.0...3.9
        case .failed: bounds = 0.0...2.9
        case .unsupported: bounds = 0.0...0.0
        case .queued, .processing, .retrying, .inconclusive, .cancelled: return nil
        }
        var points = 0.0
        if metrics.passed > 0, let success = metrics.successRate {
            let resilience = 1 - Double(min(metrics.retries, 6)) / 6 * 0.5
            var performance = 0.0
            if let mean = metrics.latency.meanMs {
                performance = mean < 2000 ? 1 : mean < 5000 ? 0.7 : mean < 10_000 ? 0.4 : 0.2
            }
            points = success * (2 + resilience + performance + (1 - (metrics.errorRate ?? 0)))
        }
        return min(max((points * 10).rounded() / 10, bounds.lowerBound), bounds.upperBound)
    }

    @Test("The file rates as the program did before there was a file", arguments: CertificationStatus.allCases)
    func golden(status: CertificationStatus) {
        for passed in 0...6 {
            for failed in 0...6 {
                var metrics = metrics(passed: passed, failed: failed)
                for (retries, latency, errorRate) in Self.conditions {
                    metrics.retries = retries
                    metrics.latency.meanMs = latency
                    metrics.errorRate = errorRate
                    #expect(rated(status, metrics) == golden(status, metrics))
                }
            }
        }
    }

    @Test("A better model is never rated lower")
    func monotony() {
        let ratings = (0...12).compactMap {
            rated(.failed, metrics(passed: $0, failed: 12 - $0))
        }
        #expect(ratings.count == 13)
        #expect(zip(ratings, ratings.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(ratings.first == 0)
        #expect(ratings.last == 2.9)
    }
}
