import Certification
import CertificationStore
import Contracts
import Foundation

/// What calls cost. Amounts are exact decimal numbers of US dollars.
struct CostBody: Sendable, Encodable {
    var usd: String
    /// The part of `usd` that no provider reported usage for, so that the worst was assumed.
    var estimatedUsd: String
    var calls: Int
    /// Those without a price, which `usd` lacks.
    var unpricedCalls: Int
    var inputTokens: Int
    var outputTokens: Int

    init(_ spending: Spending) {
        usd = spending.amount.decimal
        estimatedUsd = spending.estimatedAmount.decimal
        calls = spending.calls
        unpricedCalls = spending.unpricedCalls
        inputTokens = spending.inputTokens
        outputTokens = spending.outputTokens
    }
}

/// What one test's calls cost.
struct TestCostBody: Sendable, Encodable {
    var usd: String
    /// Whether a part of it is a guess.
    var isEstimated: Bool

    /// Nil when no call has a cost.
    init?(_ calls: [CallRecord]) {
        let costs = calls.compactMap(\.cost)
        guard !costs.isEmpty else { return nil }
        usd = costs.reduce(Money.zero) { $0 + $1.amount }.decimal
        isEstimated = costs.contains(where: \.isEstimated)
    }
}

/// A job's budget as it stands.
struct BudgetBody: Sendable, Encodable {
    /// Absent for no limit in dollars.
    var usd: String?
    /// Absent for no limit in tokens.
    var tokens: Int?
    var spentUsd: String
    var spentTokens: Int
    /// For calls under way, at their worst.
    var reservedUsd: String
    var reservedTokens: Int
    /// When it first kept a call from being made; absent when it never did.
    var exhaustedAt: Date?

    init(_ record: BudgetRecord) {
        usd = record.budget.amount?.decimal
        tokens = record.budget.tokens
        spentUsd = record.spent.decimal
        spentTokens = record.spentTokens
        reservedUsd = record.reserved.decimal
        reservedTokens = record.reservedTokens
        exhaustedAt = record.exhaustedAt
    }
}

/// An amount with the calls and tokens behind it.
struct ExtentBody: Sendable, Encodable {
    /// Without what has no price.
    var usd: String
    var calls: Int
    var inputTokens: Int
    var outputTokens: Int

    init(_ extent: CostEstimate.Extent) {
        usd = extent.cost.decimal
        calls = extent.calls
        inputTokens = extent.inputTokens
        outputTokens = extent.outputTokens
    }
}

/// What a job was estimated to cost.
struct JobEstimateBody: Sendable, Encodable {
    var expected: ExtentBody
    var worstCase: ExtentBody
    /// How many targets have no price.
    var unpricedTargets: Int

    init(_ estimate: JobEstimate) {
        expected = ExtentBody(estimate.expected)
        worstCase = ExtentBody(estimate.worstCase)
        unpricedTargets = estimate.unpricedTargets
    }
}

/// The answer to `POST /api/v1/certifications/estimates`.
struct EstimateBody: Sendable, Encodable {
    struct TargetBody: Sendable, Encodable {
        var provider: String
        var model: String
        var region: String
        var profile: InferenceProfileKind
        /// Absent when nobody knows it.
        var price: PriceBody?
        var expected: ExtentBody
        var worstCase: ExtentBody
    }

    struct ConfirmationBody: Sendable, Encodable {
        /// Whether a job like this has to be confirmed.
        var required: Bool
        var thresholdUsd: String
        /// What the job may cost: its worst case, or its budget where that is less; what to confirm at least.
        var confirmCost: String
    }

    var expected: ExtentBody
    var worstCase: ExtentBody
    /// Those that would be tested.
    var targets: [TargetBody]
    /// How many more there are that a valid certificate stands for: they cost nothing.
    var reusable: Int
    /// The addresses of the models that nobody knows a price for.
    var unpricedModels: [String]
    var confirmation: ConfirmationBody
    /// Why a job like this would be refused; absent when it would be made.
    var refusal: String?

    init(_ submission: JobSubmission, _ terms: CostTerms, _ policy: CostPolicy) {
        let estimate = submission.estimate ?? CostEstimate(targets: [])
        expected = ExtentBody(estimate.expected)
        worstCase = ExtentBody(estimate.worstCase)
        targets = estimate.targets.map { part in
            TargetBody(
                provider: part.target.provider.rawValue, model: part.target.model.rawValue,
                region: part.target.region.rawValue, profile: part.target.profile,
                price: part.price.map(PriceBody.init),
                expected: ExtentBody(part.expected), worstCase: ExtentBody(part.worstCase))
        }
        reusable = submission.reusable
        unpricedModels = Set(estimate.unpriced.map(\.address.rawValue)).sorted()
        confirmation = ConfirmationBody(
            required: policy.needsConfirmation(estimate, terms), thresholdUsd: policy.confirmationThreshold.decimal,
            confirmCost: policy.amountAtStake(estimate, terms).roundedUp.decimal)
        refusal = policy.problem(of: submission, terms).map { problem in
            ([problem.detail] + problem.faults.map(\.detail)).joined(separator: " ")
        }
    }
}

/// The row of the price table that was applied. What it is for in general is `*`.
struct PriceBody: Sendable, Encodable {
    var inputUsdPerMillion: String
    var outputUsdPerMillion: String
    var cacheReadUsdPerMillion: String?
    var cacheWriteUsdPerMillion: String?
    var provider: String
    var model: String
    var region: String
    var profile: String
    var validFrom: String
    var source: String
    var sourceDate: String
    /// Whether somebody has compared it with the provider's own price list.
    var verified: Bool
    var tableVersion: String
    var tableDigest: String

    init(_ applied: AppliedPrice) {
        let row = applied.row
        inputUsdPerMillion = row.price.input.decimal
        outputUsdPerMillion = row.price.output.decimal
        cacheReadUsdPerMillion = row.price.cacheRead?.decimal
        cacheWriteUsdPerMillion = row.price.cacheWrite?.decimal
        provider = row.provider.rawValue
        model = row.model?.rawValue ?? "*"
        region = row.region?.rawValue ?? "*"
        profile = row.profile?.rawValue ?? "*"
        validFrom = row.validFrom.description
        source = row.source
        sourceDate = row.sourceDate.description
        verified = row.isVerified
        tableVersion = applied.tableVersion
        tableDigest = applied.tableDigest
    }
}

/// The answer to `GET /api/v1/costs`.
struct CostsBody: Sendable, Encodable {
    struct GroupBody: Sendable, Encodable {
        /// A model's address, a job's id, or a day.
        var key: String
        var cost: CostBody
    }

    var month: String
    var groupBy: String
    var total: CostBody
    var groups: [GroupBody]
    /// Whether there are more groups than are listed; the total has all.
    var isTruncated: Bool
}
