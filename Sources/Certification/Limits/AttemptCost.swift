/// What an attempt is charged for when it is admitted.
package struct AttemptCost: Sendable, Hashable {
    package var requests: Double
    package var tokens: Double

    package init(requests: Double, tokens: Double) {
        self.requests = requests
        self.tokens = tokens
    }

    /// The calls of those tests that have no final result yet: their number, and their input with their limit on output,
    /// which is what Bedrock reserves.
    package init(of suite: Suite, for facts: ModelFacts = ModelFacts(), after results: [TestResult]) {
        let calls = suite.plannedCalls(for: facts, after: results)
        self.init(
            requests: Double(calls.count),
            tokens: calls.reduce(0) { $0 + Double($1.inputTokens + $1.outputTokenLimit) })
    }
}
