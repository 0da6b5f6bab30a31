package import Contracts

/// How a rating from 0 to 5 is made of the metrics, and a badge of the rating. Versioned: a change is a new version.
///
/// The formula is MyIA's, with four faults mended: speed and stability count only as far as the answers were right, so
/// that a model that never answered gets nothing; retries are really counted; no latency is no speed; and the status
/// bounds the rating, so that neither rating nor badge contradicts it.
package struct Rubric: Sendable, Hashable {
    package let version: Int

    package static let version1 = Rubric(version: 1)

    /// - Returns: 0–5 with one decimal, or nil for a status that says nothing about the model.
    package func rating(for status: CertificationStatus, _ metrics: Metrics) -> Double? {
        guard let bounds = Self.bounds(of: status) else { return nil }
        let points = (points(metrics) * 10).rounded() / 10
        return min(max(points, bounds.lowerBound), bounds.upperBound)
    }

    /// The badge of a rating. As the status bounds the rating, it bounds the badge too.
    package func badge(for rating: Double) -> Badge {
        switch rating {
        case 4.8...: .premium
        case 4.0...: .recommended
        case 3.0...: .functional
        case 2.0...: .limited
        case 1.0...: .notRecommended
        default: .unavailable
        }
    }

    /// success × (2 + resilience + performance + stability), before the status bounds it: 0–5.
    func points(_ metrics: Metrics) -> Double {
        guard metrics.passed > 0, let success = metrics.successRate else { return 0 }
        return success * (2 + resilience(metrics) + performance(metrics) + stability(metrics))
    }

    /// 1 without retries, 0.5 from six on.
    func resilience(_ metrics: Metrics) -> Double {
        1 - Double(min(metrics.retries, 6)) / 6 * 0.5
    }

    /// By the mean latency: below 2 s 1, below 5 s 0.7, below 10 s 0.4, else 0.2; without one 0.
    func performance(_ metrics: Metrics) -> Double {
        guard let mean = metrics.latency.meanMs else { return 0 }
        return switch mean {
        case ..<2000: 1
        case ..<5000: 0.7
        case ..<10_000: 0.4
        default: 0.2
        }
    }

    /// The share of calls that the service did not fail.
    func stability(_ metrics: Metrics) -> Double {
        1 - (metrics.errorRate ?? 0)
    }

    private static func bounds(of status: CertificationStatus) -> ClosedRange<Double>? {
        switch status {
        case .certified: 3.0...5.0
        case .qualityWarning: 2.0...3.9
        case .failed: 0.0...2.9
        case .unsupported: 0.0...0.0
        case .queued, .processing, .retrying, .inconclusive, .cancelled: nil
        }
    }
}
