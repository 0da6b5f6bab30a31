import Certification
import Contracts
import Foundation
import Testing

@Suite("The estimate of a certification's cost")
struct CostEstimateTests {
    private let target = Target(provider: .bedrock, model: "a", region: "us-east-1", profile: .inRegion)
    private let suite = Suite(
        id: "two", version: 1,
        tests: [
            SuiteTest(
                id: "one", name: "One", dimension: .liveness,
                calls: [
                    TestCall(
                        request: ModelRequest(
                            messages: [ModelMessage(role: .user, text: String(repeating: "a", count: 368))],
                            maxTokens: 100), expectation: .answer(GraderGroup(.all, [.nonEmpty])))
                ], repeats: 3, timeoutSeconds: 1)
        ])

    private func applied() throws -> AppliedPrice {
        AppliedPrice(
            row: PriceRow(
                provider: .bedrock, model: nil, validFrom: try #require(PriceDay("2026-01-01")),
                price: TokenPrice(input: Money(nanoDollars: 1_000_000_000), output: Money(nanoDollars: 4_000_000_000)),
                source: "a test", sourceDate: try #require(PriceDay("2026-01-01"))),
            tableVersion: "test", tableDigest: "")
    }

    @Test("It is calls × (input + output) × price × repeats × (1 + retry allowance)")
    func formula() throws {
        let estimate = CostEstimator().estimate(suite, of: target, facts: ModelFacts(), at: try applied())
        // 400 bytes with the nonce, 16 tokens of frame.
        #expect(estimate.expected.calls == 4)
        #expect(estimate.worstCase.calls == 9)
        #expect(estimate.worstCase.inputTokens == 416 * 9)
        // With room for a thought.
        #expect(estimate.worstCase.outputTokens == 4_196 * 9)
        #expect(estimate.worstCase.cost == Money(nanoDollars: (416 * 1_000 + 4_196 * 4_000) * 9))
        #expect(estimate.expected.cost == Money(nanoDollars: (116 * 1_000 + 25 * 4_000) * 3).scaled(by: 1.1))
    }

    @Test("A model that is known to think is expected to use its room; no call uses more than its window and its limit")
    func bounds() throws {
        let facts = ModelFacts(contextWindow: 400, maxOutputTokens: 300, thinks: true)
        let estimate = CostEstimator(expectedOutputShare: 1, expectedRetries: 0, retryAllowance: 0)
            .estimate(suite, of: target, facts: facts, at: try applied())
        // A fourth of the window is no more than the call's own limit.
        #expect(estimate.worstCase.outputTokens == 100 * 3)
        #expect(estimate.worstCase.inputTokens == 400 * 3)
        let wide = ModelFacts(maxOutputTokens: 300, thinks: true)
        let thinking = CostEstimator(expectedOutputShare: 1, expectedRetries: 0, retryAllowance: 0)
            .estimate(suite, of: target, facts: wide, at: try applied())
        #expect(thinking.expected.outputTokens == 300 * 3)
    }

    @Test("A text that can't fit is never reckoned as more than the window")
    func overLimit() throws {
        let long = try #require(Suite.full.tests.first { $0.id == "long-context" })
        let plan = long.plan(for: ModelFacts(contextWindow: 200_000))
        #expect(plan.count == 4)
        #expect(plan.map(\.inputTokenLimit).max() == 200_000)
        #expect(plan.allSatisfy { $0.inputTokens <= $0.inputTokenLimit })
    }

    @Test("Targets are summed; one without a price is named and its tokens are counted")
    func unpriced() throws {
        let estimator = CostEstimator()
        let known = estimator.estimate(suite, of: target, facts: ModelFacts(), at: try applied())
        var other = target
        other.model = "b"
        let unknown = estimator.estimate(suite, of: other, facts: ModelFacts(), at: nil)
        let both = CostEstimate(targets: [known, unknown])
        #expect(both.unpriced == [other])
        #expect(both.worstCase.cost == known.worstCase.cost)
        #expect(both.worstCase.tokens == 2 * known.worstCase.tokens)
        #expect(unknown.expected.tokens > 0)
    }

    @Test("What earlier attempts have settled is not paid for again")
    func resuming() throws {
        let done = TestResult(
            test: "one", outcome: .pass, explanation: "", attempt: 1, startedAt: .distantPast, finishedAt: .distantPast)
        let estimate = CostEstimator().estimate(
            suite, of: target, facts: ModelFacts(), at: try applied(), after: [done])
        #expect(estimate.worstCase == CostEstimate.Extent())
    }

    @Test("What is set aside for a call is no more than the model's window")
    func reserved() {
        let request = ModelRequest(
            messages: [ModelMessage(role: .user, text: String(repeating: "a", count: 1_000))], maxTokens: 16)
        // With the nonce and the frame.
        #expect(request.inputTokenLimit(within: nil) == 1_048)
        #expect(request.inputTokenLimit(within: 2_000) == 1_048)
        #expect(request.inputTokenLimit(within: 500) == 500)
    }

    @Test("A request's input never exceeds its limit by any tokenizer that works on bytes")
    func inputLimit() {
        for test in Suite.base.tests {
            for call in test.plan(for: ModelFacts()) { #expect(call.inputTokenLimit > call.inputTokens) }
        }
    }
}
