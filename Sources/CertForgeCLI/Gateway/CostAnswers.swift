/// What calls cost, as the gateway shows it.
struct CostAnswer: Decodable, Sendable {
    var usd: String
    var estimatedUsd: String
    var calls: Int
    var unpricedCalls: Int
    var inputTokens: Int
    var outputTokens: Int
}

/// A job's budget as the gateway shows it.
struct BudgetAnswer: Decodable, Sendable {
    var usd: String?
    var tokens: Int?
    var spentUsd: String
    var spentTokens: Int
    var exhaustedAt: String?
}

/// What a job would cost, as the gateway shows it; what the commands need of it.
struct EstimateAnswer: Decodable, Sendable {
    struct Extent: Decodable, Sendable {
        var usd: String
        var calls: Int
        var inputTokens: Int
        var outputTokens: Int
    }

    struct TargetEstimate: Decodable, Sendable {
        struct Price: Decodable, Sendable {
            var inputUsdPerMillion: String
            var outputUsdPerMillion: String
            var validFrom: String
            var verified: Bool
        }

        var model: String
        var region: String
        var price: Price?
        var expected: Extent
        var worstCase: Extent
    }

    struct Confirmation: Decodable, Sendable {
        var required: Bool
        var thresholdUsd: String
        var confirmCost: String
    }

    var expected: Extent
    var worstCase: Extent
    var targets: [TargetEstimate]
    /// How many more there are that a valid certificate stands for; nil when the gateway is too old to leave them out.
    var reusable: Int?
    var unpricedModels: [String]
    var confirmation: Confirmation
    var refusal: String?
}

/// A month's costs as the gateway shows them.
struct CostsAnswer: Decodable, Sendable {
    struct Group: Decodable, Sendable {
        var key: String
        var cost: CostAnswer
    }

    var month: String
    var groupBy: String
    var total: CostAnswer
    var groups: [Group]
    var isTruncated: Bool
}
