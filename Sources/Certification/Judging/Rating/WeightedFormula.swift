/// 5 × quality × (the weighted mean of 1, performance and stability): rubric 2.
///
/// Speed and stability count as far as the answers were right. What was not measured takes no part, and neither retries nor
/// throttling do: they are the account's quota, which has a figure of its own.
struct WeightedFormula: Sendable, Hashable {
    var quality: Double
    var performance: Double
    var stability: Double
    var dimensions: Rubric.DimensionWeights
    /// By a median's multiple of the limit of its class; a step holds up to its limit.
    var performanceSteps: Rubric.Steps

    func points(_ metrics: Metrics, quality score: QualityScore?) -> Double {
        guard let score, !score.isZero else { return 0 }
        let parts = [
            (weight: quality, value: 1), (performance, performance(metrics)), (stability, metrics.availability),
        ]
        .compactMap { weight, value in value.map { (weight: weight, value: $0) } }
        let weights = parts.reduce(0) { $0 + $1.weight }
        return 5 * score.score * parts.reduce(0) { $0 + $1.weight * $1.value } / weights
    }

    /// The mean of the measured figures' points, 0–1; nil when none was measured.
    func performance(_ metrics: Metrics) -> Double? {
        guard let figures = metrics.serviceLevel?.figures, !figures.isEmpty else { return nil }
        return figures.reduce(0) { $0 + points(of: $1) } / Double(figures.count)
    }

    func points(of figure: ServiceLevelReport.Figure) -> Double {
        let multiple = figure.medianMs / figure.limitMs
        return performanceSteps.steps.first { multiple <= $0.limit }?.points ?? performanceSteps.otherwise
    }
}
