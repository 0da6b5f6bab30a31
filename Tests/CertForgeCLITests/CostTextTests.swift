import ArgumentParser
import Contracts
import Testing

@testable import CertForgeCLI

@Suite("What the command line says about money")
struct CostTextTests {
    private let cost = CostAnswer(
        usd: "0.0123", estimatedUsd: "0.001", calls: 4, unpricedCalls: 1, inputTokens: 40, outputTokens: 20)

    private func answer(
        mustConfirm: Bool, confirmCost: String = "12.30", isPriced: Bool = true, worst: String = "12.3"
    ) -> EstimateAnswer {
        let extent = EstimateAnswer.Extent(usd: "12.3", calls: 3, inputTokens: 10, outputTokens: 20)
        let dearest = EstimateAnswer.Extent(usd: worst, calls: 3, inputTokens: 10, outputTokens: 20)
        let price = EstimateAnswer.TargetEstimate.Price(
            inputUsdPerMillion: "1.00", outputUsdPerMillion: "2.00", validFrom: "2026-01-01", verified: true)
        return EstimateAnswer(
            expected: extent, worstCase: dearest,
            targets: [
                .init(
                    model: "a.one", region: "us-east-1", price: isPriced ? price : nil, expected: extent,
                    worstCase: dearest)
            ],
            unpricedModels: isPriced ? [] : ["a.one"],
            confirmation: .init(required: mustConfirm, thresholdUsd: "10.00", confirmCost: confirmCost), refusal: nil)
    }

    private func estimate(mustConfirm: Bool, confirmCost: String = "12.30", isPriced: Bool = true) -> EstimateTable {
        EstimateTable(answer(mustConfirm: mustConfirm, confirmCost: confirmCost, isPriced: isPriced))
    }

    @Test("What nobody knows the price of is unknown, never free")
    func unknownPrice() throws {
        let nothing = CostAnswer(
            usd: "0.00", estimatedUsd: "0.00", calls: 6, unpricedCalls: 6, inputTokens: 1, outputTokens: 1)
        #expect(nothing.words == "unknown for 6 calls: nobody knows the price")
        let unpriced = estimate(mustConfirm: false, isPriced: false)
        #expect(unpriced.summary == "1 target: cost unknown, because nobody knows a price; at worst 30 tokens.")
        #expect {
            try CostOptions.parse([]).confirmed(JobRequest(regions: ["r"]), unpriced)
        } throws: { error in
            "\(error)".contains("--allow-unknown-prices --max-tokens")
        }
        let allowed = try CostOptions.parse(["--allow-unknown-prices", "--max-tokens", "5"])
        #expect(try allowed.confirmed(JobRequest(regions: ["r"]), unpriced).confirmCost == nil)
    }

    @Test(
        "What is shown as the most is never less than it",
        arguments: [
            ("71.8123", "$71.82"), ("71.82", "$71.82"), ("0.00001", "$0.0001"), ("0.01231", "$0.0124"), ("0", "$0.00"),
        ])
    func limit(usd: String, text: String) {
        #expect(CostAnswer.limit(usd) == text)
    }

    @Test("The sum rounds the worst case up, and says what is reused and what is assumed")
    func estimateText() {
        let answer = answer(mustConfirm: true, confirmCost: "71.82", worst: "71.8123")
        let text = EstimateTable(answer).text
        #expect(text.contains("at worst $71.82 and 30 tokens."))
        #expect(text.contains("--force tests all") && text.contains("expected: answers of"))
        #expect(!EstimateTable(answer, reuses: false).text.contains("--force"))
        var told = answer
        told.reusable = 0
        #expect(!EstimateTable(told).text.contains("--force"))
        told.reusable = 2
        #expect(EstimateTable(told).text.contains("2 more targets hold a valid certificate and cost nothing"))
    }

    @Test("A budget below what is expected is warned of")
    func smallBudget() {
        let small = EstimateTable(answer(mustConfirm: false), budget: Money("0.01"))
        #expect(small.budgetWarning?.hasPrefix("The budget of $0.0100 is less than the $12.30") == true)
        #expect(EstimateTable(answer(mustConfirm: false), budget: Money("12.30")).budgetWarning == nil)
        #expect(estimate(mustConfirm: false).budgetWarning == nil)
        #expect(throws: (any Error).self) { try CostOptions.parse(["--budget", "0"]) }
    }

    @Test("A budget that paid for nothing is not said to be spent")
    func uselessBudget() {
        let budget = BudgetAnswer(usd: "0.01", tokens: nil, spentUsd: "0.00", spentTokens: 0, exhaustedAt: "now")
        #expect(
            budget.sentence
                == "Budget: $0.00 of $0.0100 spent; it is less than a single call may cost at worst, so that none was made."
        )
    }

    @Test("A cost names what is guessed and what has no price")
    func words() {
        #expect(
            cost.words == "$0.0123 for 4 calls, $0.0010 of it guessed, without 1 call that has no price")
    }

    @Test("A budget that ran out says so")
    func budget() {
        let budget = BudgetAnswer(usd: "0.01", tokens: 50, spentUsd: "0.0099", spentTokens: 40, exhaustedAt: "now")
        #expect(budget.sentence.hasPrefix("Budget: $0.0099 of $0.0100 and 40 of 50 tokens spent; it ran out"))
    }

    @Test("Costs are a table with its sum")
    func table() {
        let answer = CostsAnswer(
            month: "2026-11", groupBy: "model", total: cost, groups: [.init(key: "a.one", cost: cost)],
            isTruncated: false)
        let lines = CostsTable(answer).text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("a.one"))
        #expect(lines[2].hasPrefix("all of 2026-11  $0.0123"))
    }

    @Test("A job that costs too much is confirmed by --yes or --max-cost, and not above that")
    func confirming() throws {
        let request = JobRequest(regions: ["us-east-1"])
        let yes = try CostOptions.parse(["--yes"])
        #expect(try yes.confirmed(request, estimate(mustConfirm: true)).confirmCost == "12.30")
        #expect(try yes.confirmed(request, estimate(mustConfirm: false)).confirmCost == nil)
        let enough = try CostOptions.parse(["--max-cost", "12.30"])
        #expect(try enough.confirmed(request, estimate(mustConfirm: true)).confirmCost == "12.30")
        let tooLittle = try CostOptions.parse(["--max-cost", "12"])
        #expect(throws: (any Error).self) { try tooLittle.confirmed(request, estimate(mustConfirm: true)) }
    }

    @Test("A cost that can't be read is not known to be below --max-cost", arguments: [true, false])
    func unreadableCost(mustConfirm: Bool) throws {
        let request = JobRequest(regions: ["us-east-1"])
        let estimate = estimate(mustConfirm: mustConfirm, confirmCost: "a lot")
        let bounded = try CostOptions.parse(["--max-cost", "1000000"])
        #expect(throws: ValidationError.self) { try bounded.confirmed(request, estimate) }
        let both = try CostOptions.parse(["--yes", "--max-cost", "1000000"])
        #expect(throws: ValidationError.self) { try both.confirmed(request, estimate) }
    }

    @Test("Options are checked and sent as the gateway takes them")
    func options() throws {
        let options = try CostOptions.parse(["--budget", "0.5", "--max-tokens", "9", "--allow-unknown-prices"])
        let request = options.applied(to: JobRequest(regions: ["us-east-1"]))
        #expect(request.budget == "0.50" && request.maxTokens == 9 && request.unknownPrices == "allow")
        #expect(throws: (any Error).self) { try CostOptions.parse(["--allow-unknown-prices"]) }
        #expect(throws: (any Error).self) { try CostOptions.parse(["--budget", "-1"]) }
    }
}
