import Certification
import CertificationStore
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Gateway

@Suite("What a job may cost")
struct CostTests {
    private static let jobs = "/api/v1/certifications/jobs"
    private static let estimates = "/api/v1/certifications/estimates"

    private func body(_ more: String = "") -> String {
        #"{"models": ["amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0"], "regions": ["us-east-1"]\#(more)}"#
    }

    private struct EstimateView: Decodable {
        struct Extent: Decodable {
            var usd: String
            var calls: Int
        }

        struct Confirmation: Decodable {
            var required: Bool
            var confirmCost: String
        }

        struct TargetView: Decodable {
            struct Price: Decodable { var inputUsdPerMillion: String }
            var model: String
            var price: Price?
        }

        var expected: Extent
        var worstCase: Extent
        var targets: [TargetView]
        var reusable: Int
        var unpricedModels: [String]
        var confirmation: Confirmation
        var refusal: String?
    }

    @Test("An estimate stores nothing and says expected and worst case, per target and in all")
    func estimate() async throws {
        let gateway = try await TestGateway()
        let response = try await gateway.send(.post, Self.estimates, body: body())
        #expect(response.status == .ok)
        let estimate = try response.decode(EstimateView.self)
        #expect(estimate.targets.map(\.model) == ["amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0"])
        #expect(estimate.targets.first?.price?.inputUsdPerMillion == "1.00")
        let expected = try #require(Money(estimate.expected.usd))
        let worst = try #require(Money(estimate.worstCase.usd))
        #expect(expected > .zero && expected < worst)
        #expect(!estimate.confirmation.required && estimate.refusal == nil)
        #expect(await gateway.store.submissions.isEmpty)
    }

    @Test("A job that may cost more than the threshold has to be confirmed with its amount")
    func confirmation() async throws {
        let gateway = try await TestGateway(costs: .everythingCosts(threshold: Money(nanoDollars: 1_000_000)))
        let estimate = try await gateway.send(.post, Self.estimates, body: body()).decode(EstimateView.self)
        #expect(estimate.confirmation.required && estimate.reusable == 0)
        // Said once.
        #expect(estimate.refusal?.components(separatedBy: "may cost").count == 2)
        let amount = estimate.confirmation.confirmCost
        let refused = try await gateway.send(.post, Self.jobs, body: body())
        let problem = try refused.problem()
        #expect(problem.type.hasSuffix("/cost-not-confirmed"))
        #expect(refused.status == .conflict)
        #expect(problem.errors?.first?.pointer == "/confirmCost")
        #expect(problem.errors?.first?.detail.contains("\"\(amount)\"") == true)
        let tooLittle = try await gateway.send(.post, Self.jobs, body: body(#", "confirmCost": "0.002""#))
        #expect(tooLittle.status == .conflict)
        #expect(await gateway.store.submissions.isEmpty)
        // No more than people are shown, and never less than the worst case.
        let (shown, worst) = (try #require(Money(amount)), try #require(Money(estimate.worstCase.usd)))
        #expect(shown >= worst && shown < worst + Money(nanoDollars: 100_000))
        let accepted = try await gateway.send(.post, Self.jobs, body: body(#", "confirmCost": "\#(amount)""#))
        #expect(accepted.status == .accepted)
        #expect(String(buffer: accepted.body).contains("\"estimate\":{\"expected\":"))
        #expect(await gateway.store.submissions.first?.targets.allSatisfy { $0.price != nil } == true)
    }

    @Test("A small budget needs no confirmation and is stored")
    func budget() async throws {
        let gateway = try await TestGateway(costs: .everythingCosts(threshold: Money(nanoDollars: 1_000_000)))
        let response = try await gateway.send(
            .post, Self.jobs, body: body(#", "budget": "0.001", "maxTokens": 5000"#))
        #expect(response.status == .accepted)
        let submission = try #require(await gateway.store.submissions.first)
        #expect(submission.budget == JobBudget(amount: Money("0.001"), tokens: 5_000))
    }

    @Test("A budget that pays for no call is refused with what would, in dollars and in tokens")
    func budgetTooSmall() async throws {
        let gateway = try await TestGateway()
        let refused = try await gateway.send(.post, Self.jobs, body: body(#", "budget": "0.00001", "maxTokens": 5"#))
        #expect(refused.status == .unprocessableContent)
        let problem = try refused.problem()
        #expect(problem.type.hasSuffix("/budget-too-small"))
        #expect(problem.errors?.map(\.pointer) == ["/budget", "/maxTokens"])
        let details = problem.errors?.map(\.detail) ?? []
        let needed = try #require(details.first?.split(separator: "\"").dropFirst().first)
        let tokens = try #require(details.last?.split(separator: " may use ").last?.split(separator: " ").first)
        #expect(await gateway.store.submissions.isEmpty)
        let accepted = try await gateway.send(
            .post, Self.jobs, body: body(#", "budget": "\#(needed)", "maxTokens": \#(tokens)"#))
        #expect(accepted.status == .accepted, "\(details)")
    }

    @Test("What a valid certificate stands for costs nothing, and a job of nothing else needs no confirmation")
    func reusable() async throws {
        let gateway = try await TestGateway(costs: .everythingCosts(threshold: Money(nanoDollars: 1)))
        let suite = try #require(try SuiteCatalog.bundled().suite(.base))
        let terms = JobPlan.Reuse(suite, rubrics: try .bundled()).terms(at: TestGateway.now)
        await gateway.store.judge(by: terms)
        func estimate(_ more: String = "") async throws -> EstimateView {
            try await gateway.send(.post, Self.estimates, body: body(more)).decode(EstimateView.self)
        }
        let whole = try await estimate()
        let accepted = try await gateway.send(
            .post, Self.jobs, body: body(#", "confirmCost": "\#(whole.confirmation.confirmCost)""#))
        try #require(accepted.status == .accepted)
        let targets = try #require(await gateway.store.submissions.first).targets
        await gateway.store.judge(targets[0].certificationID, as: .certified, at: TestGateway.now)
        let half = try await estimate()
        #expect(half.reusable == 1 && half.targets.map(\.model) == ["amazon.nova-pro-v1:0"])
        #expect(half.confirmation.required && half.worstCase.calls < whole.worstCase.calls)
        await gateway.store.judge(targets[1].certificationID, as: .certified, at: TestGateway.now)
        let nothing = try await estimate()
        #expect(nothing.reusable == 2 && nothing.targets.isEmpty && nothing.worstCase.usd == "0.00")
        #expect(!nothing.confirmation.required && nothing.refusal == nil)
        #expect(try await estimate(#", "force": true"#).targets.count == 2)
        #expect(try await gateway.send(.post, Self.jobs, body: body()).status == .accepted)
        #expect(try await gateway.send(.post, Self.jobs, body: body(#", "force": true"#)).status == .conflict)
    }

    @Test("A model whose price nobody knows is refused by name, and allowed only with a budget of tokens")
    func unknownPrices() async throws {
        let prices = PriceTable(version: "none", rows: [])
        let gateway = try await TestGateway(costs: CostPolicy(prices: prices, suites: try SuiteCatalog.bundled()))
        let refused = try await gateway.send(.post, Self.jobs, body: body())
        #expect(refused.status == .unprocessableContent)
        let problem = try refused.problem()
        #expect(problem.type.hasSuffix("/price-unknown"))
        #expect(problem.detail.contains("amazon.nova-lite-v1:0, amazon.nova-pro-v1:0"))
        #expect(problem.errors?.first?.pointer == "/unknownPrices")
        let unbounded = try await gateway.send(.post, Self.jobs, body: body(#", "unknownPrices": "allow""#))
        #expect(try unbounded.problem().errors?.first?.pointer == "/maxTokens")
        let estimate = try await gateway.send(.post, Self.estimates, body: body()).decode(EstimateView.self)
        #expect(estimate.unpricedModels.count == 2 && estimate.refusal != nil)
        let allowed = try await gateway.send(
            .post, Self.jobs, body: body(#", "unknownPrices": "allow", "maxTokens": 100000"#))
        #expect(allowed.status == .accepted)
        #expect(await gateway.store.submissions.first?.targets.allSatisfy { $0.price == nil } == true)
    }

    @Test("Each fault about money is told with its field")
    func faults() async throws {
        let gateway = try await TestGateway()
        let response = try await gateway.send(
            .post, Self.jobs,
            body: body(#", "budget": "-1", "maxTokens": 0, "confirmCost": 3, "unknownPrices": "perhaps""#))
        let pointers = try response.problem().errors?.compactMap(\.pointer) ?? []
        #expect(Set(pointers) == ["/budget", "/maxTokens", "/confirmCost", "/unknownPrices"])
    }

    @Test("The same key with another budget is another request; confirming is not")
    func idempotency() async throws {
        let gateway = try await TestGateway()
        let headers = ["Idempotency-Key": "k-1"]
        func status(_ more: String) async throws -> Int {
            var fields = HTTPFields()
            for (name, value) in headers { fields[named: name] = value }
            return try await gateway.send(.post, Self.jobs, body: body(more), headers: fields).status.code
        }
        #expect(try await status("") == 202)
        #expect(try await status(#", "confirmCost": "5""#) == 202)
        #expect(try await status(#", "budget": "5""#) == 422)
    }

    @Test(
        "A month is read as bills name it",
        arguments: [("2026-11", "2026-11-01", "2026-12-01"), ("2026-12", "2026-12-01", "2027-01-01")])
    func months(text: String, first: String, end: String) throws {
        let month = try #require(BillingMonth(text))
        #expect(month.first.description == first)
        #expect(month.end.description == end)
    }

    @Test(
        "What is no month is refused", arguments: ["2026-13", "2026-1", "2026", "26-11", "2026-00", "", "2026-11-01"])
    func noMonths(text: String) async throws {
        #expect(BillingMonth(text) == nil)
        let response = try await TestGateway().send(.get, "/api/v1/costs?month=\(text)")
        #expect(response.status == .badRequest)
    }
}
