import ArgumentParser
import Contracts
import Testing

@testable import CertForgeCLI

@Suite("What the command line says about money")
struct CostTextTests {
    private let cost = CostAnswer(
        usd: "0.0123", estimatedUsd: "0.001", calls: 4, unpricedCalls: 1, inputTokens: 40, outputTokens: 20)

    private func estimate(mustConfirm: Bool, confirmCost: String = "12.30") -> EstimateAnswer {
        let extent = EstimateAnswer.Extent(usd: "12.3", calls: 3, inputTokens: 10, outputTokens: 20)
        return EstimateAnswer(
            expected: extent, worstCase: extent,
            targets: [.init(model: "a.one", region: "us-east-1", price: nil, expected: extent, worstCase: extent)],
            unpricedModels: ["a.one"],
            confirmation: .init(required: mustConfirm, thresholdUsd: "10.00", confirmCost: confirmCost), refusal: nil)
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
