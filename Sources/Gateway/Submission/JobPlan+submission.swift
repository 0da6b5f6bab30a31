import Certification
import CertificationStore
import Contracts
import Foundation

/// Who asks for a job, and how a repeated request is known.
struct JobOrigin: Sendable {
    /// The subject of a token.
    var requestedBy: String
    /// Nil: each request makes a job.
    var idempotencyKey: String?
    var trace: TraceContext
    var createdAt: Date
}

extension JobPlan {
    /// The job that the plan comes to with the registry and the prices as they are, and its whole estimate. Throws a problem
    /// when nothing of it is offered anywhere.
    func submission(
        in registry: ModelRegistry, costs: CostPolicy, from origin: JobOrigin
    ) throws -> JobSubmission {
        let (targets, skipped) = targets(in: registry)
        guard !targets.isEmpty else {
            throw Problem.invalid(skipped.map { Fault(.body("/regions"), $0.reason) })
        }
        var submission = JobSubmission(
            id: JobID(), requestedBy: origin.requestedBy, idempotencyKey: origin.idempotencyKey,
            fingerprint: origin.idempotencyKey == nil ? nil : try fingerprint(), suite: suite, lane: lane,
            regions: regions, notify: notify.map(\.text), targets: targets, skipped: skipped, trace: origin.trace,
            createdAt: origin.createdAt, reuse: reuse?.terms(at: origin.createdAt))
        for index in targets.indices where targets[index].unsupported == nil {
            submission.targets[index].facts = JudgingFacts(
                of: registry.model(of: targets[index].target), suiteDigest: reuse?.suiteDigest)
        }
        costs.price(&submission, for: self, in: registry)
        return submission
    }
}
