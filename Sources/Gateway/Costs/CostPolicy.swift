import Certification
import CertificationStore
import Contracts
import Foundation

/// Says what a job will cost, and which jobs cost too much to be made without a word.
struct CostPolicy: Sendable {
    var prices: PriceTable
    var suites: SuiteCatalog
    var estimator = CostEstimator()
    /// A job that may cost more has to be confirmed.
    var confirmationThreshold = Self.defaultThreshold

    static let defaultThreshold = Money(nanoDollars: 10_000_000_000)
    /// How many unknown models a problem names.
    private static let listLimit = 20

    /// Gives a submission's targets their prices and itself its estimate and budget. Targets known to be unsupported are
    /// never called and cost nothing.
    func price(_ submission: inout JobSubmission, for plan: JobPlan, in registry: ModelRegistry) {
        var estimates: [CostEstimate.TargetEstimate] = []
        for index in submission.targets.indices where submission.targets[index].unsupported == nil {
            let target = submission.targets[index].target
            let price = prices.price(of: target, on: submission.createdAt)
            submission.targets[index].price = price
            guard let suite = suites.suite(plan.suite) else { continue }
            let vendor = registry.model(of: target)?.vendor ?? ""
            let facts = registry.facts(of: target)
            estimates.append(estimator.estimate(suite.applicable(to: vendor), of: target, facts: facts, at: price))
        }
        submission.estimate = CostEstimate(targets: estimates)
        submission.budget = plan.terms.jobBudget
    }

    /// What the job may cost: its worst case, or its budget where that is less.
    func amountAtStake(_ estimate: CostEstimate, _ terms: CostTerms) -> Money {
        min(estimate.worstCase.cost, terms.budget ?? estimate.worstCase.cost)
    }

    func needsConfirmation(_ estimate: CostEstimate, _ terms: CostTerms) -> Bool {
        amountAtStake(estimate, terms) > confirmationThreshold
    }

    /// Throws a problem that says how to go on when the job is not to be made like this.
    func check(_ estimate: CostEstimate, _ terms: CostTerms) throws(Problem) {
        try checkPrices(estimate, terms)
        let amount = amountAtStake(estimate, terms)
        guard amount > confirmationThreshold, amount > terms.confirmed ?? .zero else { return }
        let needed = amount.roundedUpToCents.decimal
        throw Problem(
            .costNotConfirmed,
            detail: "The job may cost \(amount), which is more than \(confirmationThreshold). Nothing was stored.",
            faults: [
                .field(
                    "confirmCost",
                    terms.confirmed == nil
                        ? "The job may cost \(amount). Send \"confirmCost\": \"\(needed)\" to say that you know, or a smaller \"budget\"."
                        : "This is less than the job may cost. Send \"\(needed)\" or more, or a smaller \"budget\".")
            ])
    }

    private func checkPrices(_ estimate: CostEstimate, _ terms: CostTerms) throws(Problem) {
        let unpriced = estimate.unpriced
        guard !unpriced.isEmpty else { return }
        if terms.allowsUnknownPrices, terms.tokenBudget != nil { return }
        let models = Set(unpriced.map(\.model)).sorted()
        let named = models.prefix(Self.listLimit).listed + (models.count > Self.listLimit ? ", …" : "")
        let unknown = "Nobody knows the price of \(named)."
        let fault: Fault =
            terms.allowsUnknownPrices
            ? .field("maxTokens", "\(unknown) Bound them with \"maxTokens\", the most tokens that the job may use.")
            : .field(
                "unknownPrices",
                "\(unknown) Add the prices to the gateway's PRICES_FILE, leave the models out, or send "
                    + "\"unknownPrices\": \"allow\" with \"maxTokens\".")
        throw Problem(.priceUnknown, detail: "\(unknown) Nothing was stored.", faults: [fault])
    }
}

extension Money {
    /// For people to type.
    var roundedUpToCents: Money {
        let cent: Int64 = 10_000_000
        let rest = nanoDollars % cent
        return rest == 0 ? self : self + Money(nanoDollars: cent - rest)
    }
}
