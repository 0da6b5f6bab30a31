import Contracts
import Foundation
import Testing

@testable import Certification
@testable import CertificationStore
@testable import Gateway

extension Spending {
    static let full = Spending(calls: 1)
}

extension CallRecord {
    /// With a value in each field that bodies show.
    static var full: CallRecord {
        var record = CallRecord(
            ending: .answered, isStreamed: true, latencyMs: 2, ttftMs: 1, inputTokens: 1, outputTokens: 1,
            requestID: "r")
        record.cost = CallCost(amount: Money(nanoDollars: 1), isEstimated: true)
        return record
    }
}

extension BudgetRecord {
    static var full: BudgetRecord? {
        JobBudget(amount: Money(nanoDollars: 1), tokens: 1).map {
            BudgetRecord(
                budget: $0, spent: .zero, spentTokens: 0, reserved: .zero, reservedTokens: 0,
                exhaustedAt: TestGateway.now)
        }
    }
}

extension BudgetBody {
    init(_ record: BudgetRecord?) throws {
        self.init(try #require(record))
    }
}

/// Estimates with a value in each field.
enum EstimateSamples {
    static func price() throws -> AppliedPrice { try #require(somePrice) }

    static var somePrice: AppliedPrice? {
        guard var row = PriceRow.everything else { return nil }
        row.price.cacheRead = .zero
        row.price.cacheWrite = .zero
        return AppliedPrice(row: row, tableVersion: "test", tableDigest: "")
    }

    /// One that would be refused.
    static func body() throws -> EstimateBody {
        let registry = try ModelRegistry.bundled()
        let costs = CostPolicy.everythingCosts(threshold: .zero)
        let body = try JSONDecoder().decode(
            JobRequestBody.self,
            from: Data(#"{"models": ["amazon.nova-lite-v1:0"], "regions": ["us-east-1"]}"#.utf8))
        let plan = try JobPlanner(registry: registry, suites: try .bundled(), rubrics: try .bundled())
            .plan(body)
        let submission = try plan.submission(
            in: registry, costs: costs,
            from: JobOrigin(
                requestedBy: "ada", idempotencyKey: nil, trace: TraceContext(), createdAt: TestGateway.now))
        return EstimateBody(submission, plan.terms, costs)
    }

    static func target() throws -> EstimateBody.TargetBody { try #require(try body().targets.first) }
}
