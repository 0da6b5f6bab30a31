import Contracts

/// A rubric as its file spells it. Misspelt keys are refused; `Rubric.init(_:)` checks the numbers.
struct RubricFile: Decodable {
    struct Status: Decodable {
        var maximumErrorShare: Double
        var toleratedErrors: Int
        var minimumJudged: Int
        var minimumJudgedShare: Double
        var failureBelow: Double
        var warningBelow: Double

        enum CodingKeys: String, CodingKey, CaseIterable {
            case maximumErrorShare, toleratedErrors, minimumJudged, minimumJudgedShare, failureBelow, warningBelow
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(but: CodingKeys.allCases.map(\.rawValue))
            let container = try decoder.container(keyedBy: CodingKeys.self)
            maximumErrorShare = try container.decode(Double.self, forKey: .maximumErrorShare)
            failureBelow = try container.decode(Double.self, forKey: .failureBelow)
            warningBelow = try container.decode(Double.self, forKey: .warningBelow)
            // Rubrics 1 and 2 have none of these.
            toleratedErrors = try container.decodeIfPresent(Int.self, forKey: .toleratedErrors) ?? 0
            minimumJudged = try container.decodeIfPresent(Int.self, forKey: .minimumJudged) ?? 0
            minimumJudgedShare = try container.decodeIfPresent(Double.self, forKey: .minimumJudgedShare) ?? 0
        }
    }

    struct Validity: Decodable {
        var certifiedDays: Double
        var qualityWarningDays: Double
    }

    struct Steps: Decodable {
        struct Step: Decodable {
            var limit: Double
            var points: Double
        }

        var steps: [Step]
        var otherwise: Double
    }

    struct Product: Decodable {
        var base: Double
        var mostRetries: Int
        var retriesCost: Double
        var latency: Steps
    }

    struct Dimensions: Decodable {
        var `default`: Double
        var named: [String: Double]
    }

    struct Weighted: Decodable {
        var quality: Double
        var performance: Double
        var stability: Double
        var dimensions: Dimensions
        var performanceSteps: Steps
    }

    struct ServiceLevels: Decodable {
        var `default`: ServiceClass
        var small: ServiceLevelObjective
        var large: ServiceLevelObjective
        var reasoning: ServiceLevelObjective
    }

    var version: Int
    var effectiveFrom: String?
    var rules: Int?
    var status: Status
    var validity: Validity
    var bounds: [String: [Double]]
    var badges: [String: Double]
    var product: Product?
    var weighted: Weighted?
    var serviceLevels: ServiceLevels?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case version, effectiveFrom, rules, status, validity, bounds, badges, product, weighted, serviceLevels
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.allCases.map(\.rawValue))
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(Int.self, forKey: .version)
        effectiveFrom = try container.decodeIfPresent(String.self, forKey: .effectiveFrom)
        rules = try container.decodeIfPresent(Int.self, forKey: .rules)
        status = try container.decode(Status.self, forKey: .status)
        validity = try container.decode(Validity.self, forKey: .validity)
        bounds = try container.decode([String: [Double]].self, forKey: .bounds)
        badges = try container.decode([String: Double].self, forKey: .badges)
        product = try container.decodeIfPresent(Product.self, forKey: .product)
        weighted = try container.decodeIfPresent(Weighted.self, forKey: .weighted)
        serviceLevels = try container.decodeIfPresent(ServiceLevels.self, forKey: .serviceLevels)
    }
}
