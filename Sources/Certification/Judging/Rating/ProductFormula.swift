/// success × (base + resilience + performance + stability): rubric 1.
///
/// It is MyIA's, with four faults mended: speed and stability count only as far as the answers were right, so that a model
/// that never answered gets nothing; retries are really counted; no latency is no speed; and the status bounds the rating.
struct ProductFormula: Sendable, Hashable {
    var base: Double
    /// More retries than this cost no more.
    var mostRetries: Int
    /// What that many retries cost.
    var retriesCost: Double
    /// By mean latency in milliseconds; a step holds below its limit.
    var latency: Rubric.Steps

    func points(_ metrics: Metrics) -> Double {
        guard metrics.passed > 0, let success = metrics.successRate else { return 0 }
        return success * (base + resilience(metrics) + performance(metrics) + stability(metrics))
    }

    func resilience(_ metrics: Metrics) -> Double {
        1 - Double(min(metrics.retries, mostRetries)) / Double(mostRetries) * retriesCost
    }

    /// Without a latency 0.
    func performance(_ metrics: Metrics) -> Double {
        guard let mean = metrics.latency.meanMs else { return 0 }
        return latency.steps.first { mean < $0.limit }?.points ?? latency.otherwise
    }

    /// The share of calls that the service did not fail.
    func stability(_ metrics: Metrics) -> Double { 1 - (metrics.errorRate ?? 0) }
}
