package import Contracts
package import Foundation

/// How a status follows from the outcomes, a rating from 0 to 5 from the measures, and a badge from the rating.
///
/// Versioned: a change is a new file in `Rubrics/`, and every verdict says which one made it.
package struct Rubric: Sendable, Hashable {
    /// Where one status ends and the next begins.
    struct StatusThresholds: Sendable, Hashable {
        /// More infrastructure errors than this share of the applicable tests leave the run without a judgement.
        var maximumErrorShare: Double
        /// So many errors never do, whatever their share: one odd answer is no reason to say nothing of the rest.
        var toleratedErrors: Int
        /// Fewer judged tests than these, or than all that the suite has, bring no certificate.
        var minimumJudged: Int
        /// As `minimumJudged`, as a share of the suite's tests that count.
        var minimumJudgedShare: Double
        /// Below this success rate a model fails.
        var failureBelow: Double
        /// Below this success rate a model gets a warning.
        var warningBelow: Double
    }

    /// How long certificates hold.
    struct Validity: Sendable, Hashable {
        var certifiedDays: Double
        var qualityWarningDays: Double
    }

    /// From which rating on a badge is given.
    struct BadgeThreshold: Sendable, Hashable {
        var badge: Badge
        var rating: Double
    }

    /// Points for a value, by the first step that it reaches.
    struct Steps: Sendable, Hashable {
        struct Step: Sendable, Hashable {
            var limit: Double
            var points: Double
        }

        /// By growing limit.
        var steps: [Step]
        var otherwise: Double
    }

    /// What each dimension weighs.
    struct DimensionWeights: Sendable, Hashable {
        var `default`: Double
        var named: [String: Double]

        func weight(of dimension: SuiteTest.Dimension) -> Double { named[dimension.rawValue] ?? self.default }
    }

    /// What calls have to keep to, by class.
    struct ServiceLevels: Sendable, Hashable {
        var defaultClass: ServiceClass
        var small: ServiceLevelObjective
        var large: ServiceLevelObjective
        var reasoning: ServiceLevelObjective

        func objective(of serviceClass: ServiceClass) -> ServiceLevelObjective {
            switch serviceClass {
            case .small: small
            case .large: large
            case .reasoning: reasoning
            }
        }
    }

    /// By which rules results become a status. What was judged by the first keeps its answer.
    enum Rules: Int, Sendable, Hashable {
        /// Rubrics 1 and 2.
        case first = 1
        /// A grader's fault counts as trouble; what is the endpoint's own doing is no trouble; what is declared and refused
        /// is not free; reasons and remedies are of what decided.
        case second
    }

    /// How points are made.
    enum Formula: Sendable, Hashable {
        case product(ProductFormula)
        case weighted(WeightedFormula)
    }

    package let version: Int
    /// From when verdicts are made by it; nil for one that always could be.
    package let effectiveFrom: Date?
    /// SHA-256 of its file, in lowercase hexadecimal.
    package let digest: String
    let rules: Rules
    let status: StatusThresholds
    let validity: Validity
    /// A status that is missing has neither rating nor badge.
    let bounds: [CertificationStatus: ClosedRange<Double>]
    /// By falling rating, down to 0.
    let badges: [BadgeThreshold]
    let formula: Formula
    let serviceLevels: ServiceLevels?

    /// - Returns: 0–5 with one decimal, or nil for a status that says nothing about the model.
    package func rating(for status: CertificationStatus, _ metrics: Metrics, quality: QualityScore?) -> Double? {
        guard let bounds = bounds[status] else { return nil }
        let points = (points(metrics, quality: quality) * 10).rounded() / 10
        return min(max(points, bounds.lowerBound), bounds.upperBound)
    }

    /// The badge of a rating. As the status bounds the rating, it bounds the badge too.
    package func badge(for rating: Double) -> Badge {
        badges.first { rating >= $0.rating }?.badge ?? .unavailable
    }

    /// 0–5, before the status bounds it.
    func points(_ metrics: Metrics, quality: QualityScore?) -> Double {
        switch formula {
        case .product(let formula): formula.points(metrics)
        case .weighted(let formula): formula.points(metrics, quality: quality)
        }
    }

    /// Nil when the rubric does not weigh dimensions.
    func quality(of history: TestHistory) -> QualityScore? {
        guard case .weighted(let formula) = formula else { return nil }
        return QualityScore(history, weights: formula.dimensions)
    }

    /// What each test contributes to the quality when it passes, before all are made to add up to 1; of the judged tests
    /// only, as far as the first rules go.
    func testWeights(in history: TestHistory) -> [TestID: Double] {
        guard case .weighted(let formula) = formula else { return [:] }
        let weighed = history.suite.tests.filter {
            $0.counts && (rules == .second || history.latest(of: $0.id)?.outcome.countsForQuality == true)
        }
        let sums = Dictionary(weighed.map { ($0.dimension, $0.weight) }, uniquingKeysWith: +)
        return Dictionary(
            weighed.map {
                ($0.id, formula.dimensions.weight(of: $0.dimension) * $0.weight / (sums[$0.dimension] ?? 1))
            },
            uniquingKeysWith: +)
    }

    /// How long, in seconds, a certificate of this status holds; nil when there is none.
    func validity(of status: CertificationStatus) -> Double? {
        switch status {
        case .certified: validity.certifiedDays * 86_400
        case .qualityWarning: validity.qualityWarningDays * 86_400
        default: nil
        }
    }
}
