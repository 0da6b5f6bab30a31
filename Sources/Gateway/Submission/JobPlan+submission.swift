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
    /// The job that the plan comes to with the registry as it is. Throws a problem when nothing of it is offered anywhere.
    func submission(in registry: ModelRegistry, from origin: JobOrigin) throws -> JobSubmission {
        let (targets, skipped) = targets(in: registry)
        guard !targets.isEmpty else {
            throw Problem.invalid(skipped.map { Fault(.body("/regions"), $0.reason) })
        }
        return JobSubmission(
            id: JobID(), requestedBy: origin.requestedBy, idempotencyKey: origin.idempotencyKey,
            fingerprint: origin.idempotencyKey == nil ? nil : try fingerprint(), suite: suite, lane: lane,
            regions: regions, notify: notify.map(\.text), targets: targets, skipped: skipped, trace: origin.trace,
            createdAt: origin.createdAt, reusableSuiteVersion: reusableSuiteVersion)
    }
}
