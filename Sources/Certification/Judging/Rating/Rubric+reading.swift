import Contracts
package import Foundation
import Yams

extension Rubric {
    /// Reads and checks a rubric in YAML.
    ///
    /// - Throws: `RubricError`, which names the key and the cure.
    package init(yaml: Data) throws(RubricError) {
        do {
            try self.init(
                YAMLDecoder().decode(RubricFile.self, from: yaml), digest: CanonicalJSON.digest(ofBytes: yaml))
        } catch let error as RubricError {
            throw error
        } catch {
            throw RubricError(error)
        }
    }

    private init(_ file: RubricFile, digest: String) throws(RubricError) {
        guard file.version >= 1 else { throw RubricError("version", "is \(file.version); it counts from 1.") }
        version = file.version
        effectiveFrom = try file.effectiveFrom.map { (text) throws(RubricError) in try Self.moment(text) }
        // The first two were published without a date; theirs would change their digests.
        guard effectiveFrom != nil || version <= 2 else {
            throw RubricError("effectiveFrom", "is missing; say from when verdicts are made by it.")
        }
        self.digest = digest
        guard let rules = Rules(rawValue: file.rules ?? 1) else {
            throw RubricError("rules", "is \(file.rules ?? 0); write 1 or 2.")
        }
        self.rules = rules
        status = try Self.status(file.status)
        validity = Validity(
            certifiedDays: try Self.checked(file.validity.certifiedDays, "validity.certifiedDays", in: 1...366),
            qualityWarningDays: try Self.checked(
                file.validity.qualityWarningDays, "validity.qualityWarningDays", in: 1...366))
        bounds = try Self.bounds(file.bounds)
        badges = try Self.badges(file.badges)
        serviceLevels = try file.serviceLevels.map { (levels) throws(RubricError) in try Self.serviceLevels(levels) }
        switch (file.product, file.weighted) {
        case (let product?, nil): formula = .product(try Self.product(product))
        case (nil, let weighted?):
            guard serviceLevels != nil else { throw RubricError("serviceLevels", "is missing; 'weighted' needs it.") }
            formula = .weighted(try Self.weighted(weighted))
        default: throw RubricError("", "needs either 'product' or 'weighted', and not both.")
        }
    }

    private static func moment(_ text: String) throws(RubricError) -> Date {
        // A day that the calendar does not have would be taken for another one.
        guard let date = try? Date(text, strategy: .iso8601), date.formatted(.iso8601) == text else {
            throw RubricError("effectiveFrom", "is no moment; write one in UTC as 2027-01-31T00:00:00Z.")
        }
        return date
    }

    private static func status(_ status: RubricFile.Status) throws(RubricError) -> StatusThresholds {
        let thresholds = StatusThresholds(
            maximumErrorShare: try checked(status.maximumErrorShare, "status.maximumErrorShare", in: 0...1),
            toleratedErrors: Int(try checked(Double(status.toleratedErrors), "status.toleratedErrors", in: 0...100)),
            minimumJudged: Int(try checked(Double(status.minimumJudged), "status.minimumJudged", in: 0...1_000)),
            minimumJudgedShare: try checked(status.minimumJudgedShare, "status.minimumJudgedShare", in: 0...1),
            failureBelow: try checked(status.failureBelow, "status.failureBelow", in: 0...1),
            warningBelow: try checked(status.warningBelow, "status.warningBelow", in: 0...1))
        guard thresholds.failureBelow <= thresholds.warningBelow else {
            throw RubricError("status.warningBelow", "must not be below 'failureBelow'.")
        }
        return thresholds
    }

    private static func bounds(
        _ bounds: [String: [Double]]
    ) throws(RubricError) -> [CertificationStatus: ClosedRange<Double>] {
        var checked: [CertificationStatus: ClosedRange<Double>] = [:]
        for (name, pair) in bounds {
            guard let status = CertificationStatus(rawValue: name), status.isJudged else {
                throw RubricError("bounds.\(name)", "is no status that says something about a model.")
            }
            guard pair.count == 2, pair[0] >= 0, pair[0] <= pair[1], pair[1] <= 5 else {
                throw RubricError("bounds.\(name)", "must be [least, most], growing, from 0 to 5.")
            }
            checked[status] = pair[0]...pair[1]
        }
        let order: [CertificationStatus] = [.unsupported, .failed, .qualityWarning, .certified]
        let ranges = order.compactMap { checked[$0] }
        guard ranges.count == order.count else {
            throw RubricError("bounds", "must name \(order.map(\.rawValue).joined(separator: ", ")).")
        }
        for (worse, better) in zip(ranges, ranges.dropFirst())
        where worse.lowerBound > better.lowerBound || worse.upperBound > better.upperBound {
            throw RubricError("bounds", "must not let a worse status be rated above a better one.")
        }
        return checked
    }

    private static func badges(_ badges: [String: Double]) throws(RubricError) -> [BadgeThreshold] {
        for name in badges.keys where Badge(rawValue: name) == nil {
            throw RubricError("badges.\(name)", "is no badge.")
        }
        var thresholds: [BadgeThreshold] = []
        for badge in Badge.allCases {
            guard let rating = badges[badge.rawValue] else {
                throw RubricError("badges.\(badge.rawValue)", "is missing; say from which rating on it is given.")
            }
            thresholds.append(
                BadgeThreshold(badge: badge, rating: try checked(rating, "badges.\(badge.rawValue)", in: 0...5)))
        }
        // The best badge comes first in the contract.
        guard zip(thresholds, thresholds.dropFirst()).allSatisfy({ $0.rating > $1.rating }),
            thresholds.last?.rating == 0
        else { throw RubricError("badges", "must fall from the best badge to the worst, which begins at 0.") }
        return thresholds
    }

    private static func product(_ product: RubricFile.Product) throws(RubricError) -> ProductFormula {
        guard product.mostRetries >= 1 else { throw RubricError("product.mostRetries", "must be 1 or more.") }
        return ProductFormula(
            base: try checked(product.base, "product.base", in: 0...2), mostRetries: product.mostRetries,
            retriesCost: try checked(product.retriesCost, "product.retriesCost", in: 0...1),
            latency: try steps(product.latency, "product.latency"))
    }

    private static func weighted(_ weighted: RubricFile.Weighted) throws(RubricError) -> WeightedFormula {
        let formula = WeightedFormula(
            quality: try checked(weighted.quality, "weighted.quality", in: 0...1),
            performance: try checked(weighted.performance, "weighted.performance", in: 0...1),
            stability: try checked(weighted.stability, "weighted.stability", in: 0...1),
            dimensions: DimensionWeights(default: weighted.dimensions.default, named: weighted.dimensions.named),
            performanceSteps: try steps(weighted.performanceSteps, "weighted.performanceSteps"))
        guard formula.quality > 0, abs(formula.quality + formula.performance + formula.stability - 1) < 0.000_001 else {
            throw RubricError("weighted", "must have weights that add up to 1, with a quality above 0.")
        }
        _ = try checked(weighted.dimensions.default, "weighted.dimensions.default", in: 0.01...100)
        for (name, weight) in weighted.dimensions.named {
            _ = try checked(weight, "weighted.dimensions.named.\(name)", in: 0.01...100)
        }
        return formula
    }

    private static func steps(_ steps: RubricFile.Steps, _ key: String) throws(RubricError) -> Steps {
        let read = Steps(
            steps: steps.steps.map { Steps.Step(limit: $0.limit, points: $0.points) }, otherwise: steps.otherwise)
        let points = read.steps.map(\.points) + [read.otherwise]
        guard !read.steps.isEmpty, read.steps.allSatisfy({ $0.limit > 0 }),
            zip(read.steps, read.steps.dropFirst()).allSatisfy({ $0.limit < $1.limit })
        else { throw RubricError("\(key).steps", "must have growing limits above 0.") }
        guard points.allSatisfy((0...1).contains), zip(points, points.dropFirst()).allSatisfy(>=) else {
            throw RubricError("\(key).steps", "must have points from 1 to 0 that do not grow.")
        }
        return read
    }

    private static func serviceLevels(_ levels: RubricFile.ServiceLevels) throws(RubricError) -> ServiceLevels {
        for (name, level) in [("small", levels.small), ("large", levels.large), ("reasoning", levels.reasoning)] {
            for (key, limit) in [
                ("ttftMs", level.ttftMs), ("visibleTtftMs", level.visibleTtftMs), ("tpotMs", level.tpotMs),
                ("latencyMs", level.latencyMs),
            ] {
                _ = try checked(limit, "serviceLevels.\(name).\(key)", in: 1...3_600_000)
            }
            guard level.ttftMs <= level.visibleTtftMs, level.visibleTtftMs <= level.latencyMs else {
                throw RubricError(
                    "serviceLevels.\(name)", "must not have 'ttftMs' above 'visibleTtftMs' or that above 'latencyMs'.")
            }
        }
        return ServiceLevels(
            defaultClass: levels.default, small: levels.small, large: levels.large, reasoning: levels.reasoning)
    }

    private static func checked(
        _ value: Double, _ key: String, in range: ClosedRange<Double>
    ) throws(RubricError) -> Double {
        guard range.contains(value) else {
            throw RubricError(key, "is \(value); write a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return value
    }
}
