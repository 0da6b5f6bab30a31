import CertificationStore
import Contracts

extension CostTerms {
    /// The most tokens that a budget may name.
    private static let tokenLimit = 1_000_000_000_000

    /// What a body says about money; its faults are added.
    init(of body: JobRequestBody, _ faults: inout [Fault]) {
        self.init()
        budget = Self.amount(body.budget, "budget", &faults)
        confirmed = Self.amount(body.confirmCost, "confirmCost", &faults)
        if let tokens = body.maxTokens {
            if (1...Self.tokenLimit).contains(tokens) {
                tokenBudget = tokens
            } else {
                faults.append(.field("maxTokens", "This must be from 1 to \(Self.tokenLimit)."))
            }
        }
        guard let text = body.unknownPrices else { return }
        guard let choice = UnknownPrices(rawValue: text) else {
            let known = UnknownPrices.allCases.map(\.rawValue).joined(separator: ", ")
            faults.append(.field("unknownPrices", "This must be one of \(known)."))
            return
        }
        allowsUnknownPrices = choice == .allow
    }

    private static func amount(_ text: String?, _ field: String, _ faults: inout [Fault]) -> Money? {
        guard let text else { return nil }
        if let amount = Money(text) { return amount }
        faults.append(.field(field, "This must be an amount of dollars, as \"0.50\" or \"12.34\"."))
        return nil
    }
}

extension CostPolicy {
    /// Why a submission is not to be stored like this; nil when it may be.
    func problem(of submission: JobSubmission, _ terms: CostTerms) -> Problem? {
        guard let estimate = submission.estimate else { return nil }
        do throws(Problem) {
            try check(estimate, terms)
            return nil
        } catch {
            return error
        }
    }
}
