import Certification
import Contracts

/// What a request says about money.
struct CostTerms: Sendable, Hashable {
    /// The most that the job may cost.
    var budget: Money?
    /// The most tokens that the job may use, input and output together.
    var tokenBudget: Int?
    /// What the caller knows that the job may cost.
    var confirmed: Money?
    /// Whether targets may be called that nobody knows a price for.
    var allowsUnknownPrices = false

    var jobBudget: JobBudget? { JobBudget(amount: budget, tokens: tokenBudget) }
}

/// What to do about a target that nobody knows a price for.
enum UnknownPrices: String, Sendable, CaseIterable {
    case refuse, allow
}
