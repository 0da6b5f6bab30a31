import Certification
import CertificationStore
import Contracts
import Foundation
import Messaging
import Testing

extension CertificationScenario {
    /// Ten dollars for a million tokens of input, twenty of output.
    static func price() throws -> AppliedPrice {
        let day = try #require(PriceDay("2026-01-01"))
        return AppliedPrice(
            row: PriceRow(
                provider: .bedrock, model: nil, validFrom: day,
                price: TokenPrice(
                    input: Money(nanoDollars: 10_000_000_000), output: Money(nanoDollars: 20_000_000_000)),
                source: "a test", sourceDate: day), tableVersion: "test", tableDigest: "d")
    }

    /// Stores a job of as many targets whose price is known or not.
    func job(
        targets count: Int, budget: JobBudget?, isPriced: Bool = true
    ) async throws -> (job: JobRecord, certifications: [CertificationRecord]) {
        let price = isPriced ? try Self.price() : nil
        var submission = JobSubmission(
            id: JobID(), requestedBy: "ada", idempotencyKey: nil, fingerprint: nil, suite: .base, lane: .normal,
            regions: ["us-east-1"], notify: [],
            targets: (0..<count).map { number in
                var target = SubmittedTarget(
                    certificationID: CertificationID(),
                    target: Target(
                        provider: .bedrock, model: ModelID("vendor.model-\(number)"), region: "us-east-1",
                        profile: .inRegion), modelName: "Model \(number)")
                target.price = price
                return target
            }, skipped: [], trace: TraceContext(), createdAt: start)
        submission.budget = budget
        guard case .accepted(let job) = try await store.submit(submission) else {
            throw Unexpected("the submission was not accepted")
        }
        return (job, try await store.certifications(of: job.id))
    }

    func budget(of job: JobRecord) async throws -> BudgetRecord {
        try #require(try await store.job(job.id)?.budget)
    }
}

/// A model that reports ten tokens of input and five of output: $0.0002 by the scenario's price.
final class MeteredModel: ModelProvider {
    static let callCost = Money(nanoDollars: 200_000)

    let id = ProviderID.bedrock

    func complete(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        // Long enough for other calls to be under way.
        try? await Task.sleep(for: .milliseconds(3))
        return ModelAnswer(
            text: "Yes.", stopReason: .endTurn,
            usage: TokenUsage(inputTokens: 10, outputTokens: 5, totalTokens: 15),
            timing: CallTiming(connect: .zero, firstByte: .zero, firstChunk: nil, total: .milliseconds(5), server: nil),
            chunks: [], messageStops: 0, requestID: nil, calledModel: target.model.rawValue)
    }

    func stream(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        try await complete(request, of: target)
    }
}

/// A metered model whose calls take their time.
final class SlowModel: ModelProvider {
    let id = ProviderID.bedrock
    private let model = MeteredModel()
    private let duration: Duration

    init(taking duration: Duration) {
        self.duration = duration
    }

    func complete(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        // Ends early only when it is cancelled.
        try? await Task.sleep(for: duration)
        guard !Task.isCancelled else { throw ProviderError(category: .cancelled, code: "", message: "") }
        return try await model.complete(request, of: target)
    }

    func stream(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> ModelAnswer {
        try await complete(request, of: target)
    }
}
