package import Contracts

/// What calls have cost.
package struct Spending: Sendable, Hashable, Codable {
    package var calls: Int
    /// Those without a price, which the amounts lack.
    package var unpricedCalls: Int
    package var inputTokens: Int
    package var outputTokens: Int
    package var amount: Money
    /// The part of the amount whose usage nobody reported, so that the worst was assumed.
    package var estimatedAmount: Money

    package init(
        calls: Int = 0, unpricedCalls: Int = 0, inputTokens: Int = 0, outputTokens: Int = 0, amount: Money = .zero,
        estimatedAmount: Money = .zero
    ) {
        self.calls = calls
        self.unpricedCalls = unpricedCalls
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.amount = amount
        self.estimatedAmount = estimatedAmount
    }

    package static func + (left: Self, right: Self) -> Self {
        Spending(
            calls: left.calls + right.calls, unpricedCalls: left.unpricedCalls + right.unpricedCalls,
            inputTokens: left.inputTokens + right.inputTokens, outputTokens: left.outputTokens + right.outputTokens,
            amount: left.amount + right.amount, estimatedAmount: left.estimatedAmount + right.estimatedAmount)
    }

    package var tokens: Int { inputTokens + outputTokens }
}

extension Spending {
    /// The most that one token count of one call is believed to be: what a provider reports is untrusted.
    private static let tokenLimit = 1_000_000_000

    /// What one call cost: by its usage, else in full what was reserved for it, else nothing when it was refused.
    package init(of reservation: CallReservation, price: TokenPrice?, usage: TokenUsage?, error: ErrorCategory?) {
        if var usage {
            usage.inputTokens = min(max(0, usage.inputTokens), Self.tokenLimit)
            usage.outputTokens = min(max(0, usage.outputTokens), Self.tokenLimit)
            self.init(
                calls: 1, unpricedCalls: price == nil ? 1 : 0, inputTokens: usage.inputTokens,
                outputTokens: usage.outputTokens, amount: price?.cost(of: usage) ?? .zero)
        } else if error?.mayHaveBeenPaidFor == false {
            self.init(calls: 1)
        } else {
            let amount = reservation.reserved ?? .zero
            self.init(
                calls: 1, unpricedCalls: price == nil ? 1 : 0, inputTokens: reservation.inputTokens,
                outputTokens: reservation.outputTokens, amount: amount, estimatedAmount: amount)
        }
    }
}

extension ErrorCategory {
    /// Whether a call that ended so may have been paid for: it may have reached the model. What was refused before is free.
    package var mayHaveBeenPaidFor: Bool {
        switch self {
        case .timeout, .serviceInternal, .modelError, .streamError, .emptyResponse, .malformedOutput, .contentFiltered,
            .network, .cancelled, .unknown:
            true
        case .throttledRequests, .throttledTokens, .quotaDaily, .quotaBilling, .accessNotGranted, .accessPending,
            .accessPolicy, .modelNotFound, .regionUnavailable, .inferenceProfileRequired, .modelLegacyLocked,
            .modelEndOfLife, .capabilityUnsupported, .parameterUnsupported, .validation, .contextLength, .maxTokensCap,
            .notReady, .serviceUnavailable, .runnerAuthentication, .runnerConfiguration, .budgetExceeded:
            false
        }
    }
}
