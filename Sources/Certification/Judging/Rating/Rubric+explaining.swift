import Contracts
import Foundation

extension Rubric {
    /// How a verdict of this rubric comes about, step by step, one line each.
    package func explanation(of verdict: Verdict) -> [String] {
        let metrics = verdict.metrics
        let coverage = verdict.coverage
        var lines = ["Rubric \(version)"]
        lines.append(
            "tests: \(coverage.judged) judged of \(coverage.applicable) applicable, \(metrics.passed) passed, "
                + "\(metrics.errors) errors, success rate \(Self.text(metrics.successRate))"
                + Self.range(metrics.successInterval))
        lines.append(
            "status: INCONCLUSIVE above \(Self.text(status.maximumErrorShare)) errors\(coverageWords), FAILED when a gate is "
                + "not passed or below \(Self.text(status.failureBelow)), QUALITY_WARNING below "
                + "\(Self.text(status.warningBelow))\(refusalWords): "
                + "\(verdict.status.rawValue)\(verdict.reasonCode.map { " (\($0))" } ?? "")")
        guard let bounds = bounds[verdict.status], let rating = verdict.rating else {
            return lines + ["rating: none, because \(verdict.status.rawValue) says nothing about the model"]
        }
        switch formula {
        case .product(let formula): lines += formula.explanation(of: metrics)
        case .weighted(let formula): lines += formula.explanation(of: metrics, quality: verdict.quality)
        }
        lines.append(
            "rating: \(Self.text(points(metrics, quality: verdict.quality))) points, within \(bounds.lowerBound) to "
                + "\(bounds.upperBound) for \(verdict.status.rawValue): \(rating), \(badge(for: rating).rawValue)")
        return lines
    }

    private var coverageWords: String {
        guard rules == .second else { return "" }
        return " and \(status.toleratedErrors) of them, or with fewer than \(status.minimumJudged) judged tests or "
            + "\(Self.text(status.minimumJudgedShare)) of the suite"
    }

    private var refusalWords: String { rules == .second ? " or when what is declared is refused" : "" }

    fileprivate static func text(_ value: Double?) -> String {
        value.map { "\(($0 * 10_000).rounded() / 10_000)" } ?? "unknown"
    }

    fileprivate static func range(_ interval: ConfidenceInterval?) -> String {
        interval.map { " (95 %: \($0.lower) to \($0.upper))" } ?? ""
    }
}

extension ProductFormula {
    fileprivate func explanation(of metrics: Metrics) -> [String] {
        [
            "points: success rate \(Rubric.text(metrics.successRate)) × (\(base) + resilience "
                + "\(Rubric.text(resilience(metrics))) + performance \(Rubric.text(performance(metrics))) + stability "
                + "\(Rubric.text(stability(metrics))))",
            "resilience: \(metrics.retries) retries, at most \(mostRetries) count",
            "performance: mean latency \(Rubric.text(metrics.latency.meanMs)) ms of \(metrics.latency.count) calls",
        ]
    }
}

extension WeightedFormula {
    fileprivate func explanation(of metrics: Metrics, quality score: QualityScore?) -> [String] {
        var lines = [
            "points: 5 × quality \(Rubric.text(score?.score)) × weighted mean of 1 (\(quality)), performance "
                + "\(Rubric.text(performance(metrics))) (\(performance)) and stability "
                + "\(Rubric.text(metrics.availability)) (\(stability)); what is unknown takes no part"
        ]
        if let score {
            lines.append("quality: \(score.score)\(Rubric.range(score.interval)), shown and not used for the rating")
            lines += score.dimensions.map {
                "  \($0.dimension.rawValue): \($0.passed) of \($0.judged) passed, score \(Rubric.text($0.score)), "
                    + "weight \($0.weight)"
            }
        }
        if let level = metrics.serviceLevel {
            lines.append(
                "performance: class \(level.serviceClass.rawValue) (\(level.source.rawValue)), goodput \(level.met) of "
                    + "\(level.requests) requests")
            lines += level.figures.map {
                "  \($0.name.rawValue): median \(Rubric.text($0.medianMs)) ms of \($0.count), limit \($0.limitMs) ms, "
                    + "\(points(of: $0)) points\($0.isFromRetries ? ", from later tries" : "")"
            }
        }
        let throttled = Rubric.text(metrics.throttleRate)
        return lines + ["stability: availability without throttled calls; the throttle rate \(throttled) takes no part"]
    }
}
