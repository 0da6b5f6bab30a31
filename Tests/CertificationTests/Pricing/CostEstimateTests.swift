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
        #expect(estimate.worstCase.outputTokens == 100 * 9)
        #expect(estimate.worstCase.cost == Money(nanoDollars: (416 * 1_000 + 100 * 4_000) * 9))
        #expect(estimate.expected.cost == Money(nanoDollars: (116 * 1_000 + 25 * 4_000) * 3).scaled(by: 1.1))
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

    @Test("A request's input never exceeds its limit by any tokenizer that works on bytes")
    func inputLimit() {
        for test in Suite.base.tests {
            for call in test.plan(for: ModelFacts()) { #expect(call.inputTokenLimit > call.inputTokens) }
        }
    }
}
