package import Contracts

/// What certifying will cost, before any call is made.
package struct CostEstimate: Sendable, Hashable, Codable {
    /// An amount with the calls and tokens behind it.
    package struct Extent: Sendable, Hashable, Codable {
        package var calls: Int
        package var inputTokens: Int
        package var outputTokens: Int
        /// Without what has no price.
        package var cost: Money

        package init(calls: Int = 0, inputTokens: Int = 0, outputTokens: Int = 0, cost: Money = .zero) {
            self.calls = calls
            self.inputTokens = inputTokens
            self.outputTokens = outputTokens
            self.cost = cost
        }

        static func + (left: Self, right: Self) -> Self {
            Extent(
                calls: left.calls + right.calls, inputTokens: left.inputTokens + right.inputTokens,
                outputTokens: left.outputTokens + right.outputTokens, cost: left.cost + right.cost)
        }

        package var tokens: Int { inputTokens + outputTokens }
    }

    /// One target's share.
    package struct TargetEstimate: Sendable, Hashable, Codable {
        package var target: Target
        /// Nil when nobody knows what it costs.
        package var price: AppliedPrice?
        package var expected: Extent
        package var worstCase: Extent
        /// The least that one call may come to at worst, in dollars and in tokens; nil when none is planned.
        package var leastCall: Extent?

        package init(
            target: Target, price: AppliedPrice?, expected: Extent, worstCase: Extent, leastCall: Extent? = nil
        ) {
            self.target = target
            self.price = price
            self.expected = expected
            self.worstCase = worstCase
            self.leastCall = leastCall
        }
    }

    package var expected: Extent
    package var worstCase: Extent
    package var targets: [TargetEstimate]

    package init(targets: [TargetEstimate]) {
        self.targets = targets
        expected = targets.reduce(Extent()) { $0 + $1.expected }
        worstCase = targets.reduce(Extent()) { $0 + $1.worstCase }
    }

    /// The targets that nobody knows a price for.
    package var unpriced: [Target] { targets.filter { $0.price == nil }.map(\.target) }
}

/// Reckons what calls will cost: Σ calls × (input + output) × price × repeats × (1 + retry allowance).
package struct CostEstimator: Sendable, Hashable {
    /// Which share of its limit an answer is expected to have.
    package var expectedOutputShare: Double
    /// Which share of calls is expected to be made again.
    package var expectedRetries: Double
    /// How often every call may be made again at worst: the attempts after the first.
    package var retryAllowance: Int

    package init(expectedOutputShare: Double = 0.25, expectedRetries: Double = 0.1, retryAllowance: Int = 2) {
        self.expectedOutputShare = expectedOutputShare
        self.expectedRetries = expectedRetries
        self.retryAllowance = max(0, retryAllowance)
    }

    package func estimate(
        _ suite: Suite, of target: Target, facts: ModelFacts, at price: AppliedPrice?, after results: [TestResult] = []
    ) -> CostEstimate.TargetEstimate {
        let calls = suite.plannedCalls(for: facts, after: results)
        return CostEstimate.TargetEstimate(
            target: target, price: price,
            expected: extent(
                of: calls, at: price, times: 1 + expectedRetries, input: \.inputTokens,
                output: { Int((Double($0.outputTokenLimit) * expectedOutputShare).rounded(.up)) }),
            worstCase: extent(
                of: calls, at: price, times: Double(1 + retryAllowance), input: \.inputTokenLimit,
                output: \.outputTokenCeiling),
            leastCall: leastCall(of: calls, at: price))
    }

    /// As a budget would have to set it aside before the first try.
    private func leastCall(of calls: [PlannedCall], at price: AppliedPrice?) -> CostEstimate.Extent? {
        let worst = calls.map { call in
            extent(of: [call], at: price, times: 1, input: \.inputTokenLimit, output: \.outputTokenLimit)
        }
        guard var least = worst.min(by: { $0.tokens < $1.tokens }) else { return nil }
        least.cost = worst.map(\.cost).min() ?? least.cost
        return least
    }

    private func extent(
        of calls: [PlannedCall], at price: AppliedPrice?, times factor: Double, input: (PlannedCall) -> Int,
        output: (PlannedCall) -> Int
    ) -> CostEstimate.Extent {
        var extent = CostEstimate.Extent()
        for call in calls {
            let (inputTokens, outputTokens) = (input(call), output(call))
            extent.calls += 1
            extent.inputTokens += inputTokens
            extent.outputTokens += outputTokens
            extent.cost += price?.price.worstCost(inputTokens: inputTokens, outputTokens: outputTokens) ?? .zero
        }
        return CostEstimate.Extent(
            calls: extent.calls.scaled(factor), inputTokens: extent.inputTokens.scaled(factor),
            outputTokens: extent.outputTokens.scaled(factor), cost: extent.cost.scaled(by: factor))
    }
}

extension TokenPrice {
    /// What a call may cost at most, however its input is billed.
    package func worstCost(inputTokens: Int, outputTokens: Int) -> Money {
        dearestInput.perMillion(times: max(0, inputTokens)) + output.perMillion(times: max(0, outputTokens))
    }
}

extension Int {
    fileprivate func scaled(_ factor: Double) -> Int {
        Int(exactly: (Double(self) * factor).rounded(.up)) ?? .max / 1_000
    }
}
