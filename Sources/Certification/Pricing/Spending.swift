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
    /// What one call cost: by its usage, else in full what was reserved for it, else nothing when it was refused.
    package init(of reservation: CallReservation, price: TokenPrice?, usage: TokenUsage?, error: ProviderError?) {
        // No call is made of nothing: counts that are all zero are none. Nor are those that no call can come to.
        if let billed = usage?.billed(outputLimit: reservation.outputTokens), billed != BilledTokens(),
            billed.output <= Self.mostOutput(of: reservation)
        {
            self.init(
                calls: 1, unpricedCalls: price == nil ? 1 : 0,
                inputTokens: billed.input + billed.cacheRead + billed.cacheWrite, outputTokens: billed.output,
                amount: price?.cost(of: billed) ?? .zero)
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

extension Spending {
    /// What output is believed: some servers think beyond what a call allows, but none a thousand times over.
    private static func mostOutput(of reservation: CallReservation) -> Int {
        let allowed = min(max(0, reservation.outputTokens), 1_000_000_000)
        return allowed * 8 + 65_536
    }
}

extension ProviderError {
    /// What was refused is free, unless the refusal came within an answer that had begun.
    fileprivate var mayHaveBeenPaidFor: Bool { category.mayHaveBeenPaidFor || partialText?.isEmpty == false }
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
