import Certification
import CertificationStore
import Contracts
import Foundation

@testable import Gateway

/// An empty store with what a conformance test needs of it beyond `JobStore`.
protocol JobStoreUnderTest: Sendable {
    var store: any JobStore { get }

    /// Ends a certification that waits with a verdict of that status, as a processor would.
    func judge(_ certification: CertificationID, as status: CertificationStatus, at now: Date) async throws

    /// Runs a certification that waits, as a processor would, and stops it after `meanwhile` as one does whose job was
    /// cancelled.
    func run(_ certification: CertificationID, stoppingAt now: Date, meanwhile: () async throws -> Void) async throws
}

extension JobStoreUnderTest {
    /// The moment of the first step; whole seconds, so that it comes back from any store as it went.
    var start: Date { Date(timeIntervalSince1970: 1_800_000_000) }

    /// Seconds after the start.
    func second(_ offset: Double) -> Date { start.addingTimeInterval(offset) }

    func submission(
        _ models: [ModelID] = ["vendor.model"], regions: [Region] = ["us-east-1"], unsupported: Set<ModelID> = [],
        key: String? = nil, fingerprint: String? = nil, by caller: String = "ada", at createdAt: Date? = nil
    ) -> JobSubmission {
        let targets = models.flatMap { model in
            regions.map { region in
                var target = SubmittedTarget(
                    certificationID: CertificationID(),
                    target: Target(provider: .bedrock, model: model, region: region, profile: .inRegion),
                    modelName: "Model \(model)",
                    unsupported: unsupported.contains(model)
                        ? Reason(code: "NOT_A_CHAT_MODEL", text: "It embeds.", remedy: "Ask for another.") : nil)
                target.facts = JudgingFacts(suiteDigest: JobStoreConformance.reuse.suiteDigest)
                return target
            }
        }
        return JobSubmission(
            id: JobID(), requestedBy: caller, idempotencyKey: key, fingerprint: fingerprint, suite: .base,
            lane: .high, regions: regions, notify: ["ada@example.org"], targets: targets,
            skipped: [SkippedTarget(model: "vendor.other", region: "eu-west-1", reason: "Not offered there.")],
            trace: TraceContext(), createdAt: createdAt ?? start)
    }

    /// Submits, and gives what was stored.
    func job(of submission: JobSubmission) async throws -> (job: JobRecord, certifications: [CertificationRecord]) {
        guard case .accepted(let job) = try await store.submit(submission) else {
            throw UnexpectedOutcome(description: "the submission was not accepted")
        }
        return (job, try await store.certifications(of: job.id))
    }

    func current(_ filter: CertificationFilter = CertificationFilter()) async throws -> [CertificationRecord] {
        try await store.currentCertifications(matching: filter, after: nil, limit: 100)
    }
}

/// A step of a conformance test went another way than the rest of it needs.
struct UnexpectedOutcome: Error, CustomStringConvertible {
    let description: String
}
