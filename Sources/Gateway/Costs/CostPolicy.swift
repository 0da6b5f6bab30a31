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
        try checkBudget(estimate, terms)
        let amount = amountAtStake(estimate, terms)
        guard amount > confirmationThreshold, amount > terms.confirmed ?? .zero else { return }
        // As it is shown, it confirms.
        let needed = amount.roundedUp
        throw Problem(
            .costNotConfirmed,
            detail: "The job may cost \(needed), which is more than \(confirmationThreshold). Nothing was stored.",
            faults: [
                .field(
                    "confirmCost",
                    terms.confirmed == nil
                        ? "Send \"confirmCost\": \"\(needed.decimal)\" to say that you know, or a smaller \"budget\"."
                        : "This is less. Send \"\(needed.decimal)\" or more, or a smaller \"budget\".")
            ])
    }

    /// A budget that pays for none of the calls at its worst buys nothing.
    private func checkBudget(_ estimate: CostEstimate, _ terms: CostTerms) throws(Problem) {
        let calls = estimate.targets.compactMap(\.leastCall)
        var faults: [Fault] = []
        // What has no price is bounded by tokens alone.
        if let budget = terms.budget, estimate.unpriced.isEmpty, let least = calls.map(\.cost).min(), budget < least {
            faults.append(
                .field(
                    "budget",
                    "\(budget) pays for no call: even the cheapest may cost \(least.roundedUp) at worst. Send "
                        + "\"\(least.roundedUp.decimal)\" or more; POST \(APIPath.estimates) says what all may cost."))
        }
        if let tokens = terms.tokenBudget, let least = calls.map(\.tokens).min(), tokens < least {
            faults.append(
                .field(
                    "maxTokens",
                    "\(tokens) are too few for a call: the smallest may use \(least) at worst. Send that or more."))
        }
        guard faults.isEmpty else {
            throw Problem(
                .budgetTooSmall, detail: "The budget pays for none of the job's calls. Nothing was stored.",
                faults: faults)
        }
    }

    private func checkPrices(_ estimate: CostEstimate, _ terms: CostTerms) throws(Problem) {
        let unpriced = estimate.unpriced
        guard !unpriced.isEmpty else { return }
        if terms.allowsUnknownPrices, terms.tokenBudget != nil { return }
        let models = Set(unpriced.map(\.address)).sorted()
        let named = models.prefix(Self.listLimit).listed + (models.count > Self.listLimit ? ", …" : "")
        let unknown = "Nobody knows the price of \(named)."
        let fault: Fault =
            terms.allowsUnknownPrices
            ? .field("maxTokens", "Bound them with \"maxTokens\", the most tokens that the job may use.")
            : .field(
                "unknownPrices",
                "Add the prices to the gateway's PRICES_FILE, leave the models out, or send "
                    + "\"unknownPrices\": \"allow\" with \"maxTokens\".")
        throw Problem(.priceUnknown, detail: "\(unknown) Nothing was stored.", faults: [fault])
    }
}

extension Money {
    /// For people to type: as many places as amounts are shown with, and never less.
    var roundedUp: Money {
        let unit: Int64 = nanoDollars >= 1_000_000_000 ? 10_000_000 : 100_000
        let rest = nanoDollars % unit
        return rest == 0 ? self : self + Money(nanoDollars: unit - rest)
    }
}
