import Contracts
import Testing

@testable import Notifier

@Suite("What a mail says about money")
struct CostReportTests {
    @Test("The cost names what is guessed and what has no price")
    func cost() {
        var job = SampleReport.mixed
        #expect(CostReport.cost(of: job) == nil)
        job.cost = CostSummary(
            usd: "0.0123", estimatedUSD: "0.00", unpricedCalls: 0, inputTokens: 400, outputTokens: 1_600)
        #expect(CostReport.cost(of: job) == "$0.0123 (2000 tokens)")
        job.cost = CostSummary(
            usd: "12.34", estimatedUSD: "0.001", unpricedCalls: 1, inputTokens: 400, outputTokens: 1_600)
        #expect(CostReport.cost(of: job) == "$12.34 (2000 tokens, $0.0010 guessed, 1 call without a price)")
    }

    @Test("The budget says whether it ran out")
    func budget() {
        var job = SampleReport.mixed
        #expect(CostReport.budget(of: job) == nil)
        job.budget = BudgetSummary(usd: "0.01", tokens: nil, spentUSD: "0.0099", spentTokens: 7, isExhausted: true)
        #expect(CostReport.budget(of: job) == "$0.0099 of $0.0100 spent; it ran out")
        job.budget = BudgetSummary(usd: nil, tokens: 100, spentUSD: "0.0099", spentTokens: 7, isExhausted: false)
        #expect(CostReport.budget(of: job) == "7 of 100 tokens spent")
        #expect(JobReport(job, link: "").budget == "7 of 100 tokens spent")
    }
}
