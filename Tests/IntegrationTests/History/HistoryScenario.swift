import Certification
import Contracts
import Foundation

@testable import CertificationStore

extension CertificationScenario {
    /// Certifies a new job's one target with as many passed and failed tests.
    @discardableResult
    func certify(
        _ status: CertificationStatus = .certified, passed: Int = 12, failed: Int = 0, after seconds: Double
    ) async throws -> CertificationRecord {
        let (_, certifications) = try await job(createdAt: start.addingTimeInterval(seconds))
        let claim = try await claim(certifications[0])
        for number in 0..<(passed + failed) {
            let outcome: TestOutcome = number < passed ? .pass : .fail
            _ = try await store.record(Self.result(outcome, test: TestID("t\(number)")), under: claim)
        }
        try await finish(claim, status, at: start.addingTimeInterval(seconds))
        return try await record(claim.certificationID)
    }

    /// Asks for targets that may hold a valid certificate.
    func submitReusing(
        _ models: [ModelID] = ["vendor.model"], reuse: ReuseTerms? = Self.reuse, after seconds: Double,
        unsupported: Set<ModelID> = [], changing: (inout SubmittedTarget) -> Void = { _ in }
    ) async throws -> (job: JobRecord, certifications: [CertificationRecord]) {
        let targets = models.map { model in
            var target = SubmittedTarget(
                certificationID: CertificationID(),
                target: Target(provider: .bedrock, model: model, region: "us-east-1", profile: .inRegion),
                modelName: "Model \(model)",
                unsupported: unsupported.contains(model)
                    ? Reason(code: "NOT_A_CHAT_MODEL", text: "It embeds.", remedy: nil) : nil)
            target.facts = JudgingFacts(suiteDigest: Self.suiteDigest)
            changing(&target)
            return target
        }
        let outcome = try await store.submit(
            JobSubmission(
                id: JobID(), requestedBy: "ada", idempotencyKey: nil, fingerprint: nil, suite: .base, lane: .normal,
                regions: ["us-east-1"], notify: ["ada@example.org"], targets: targets, skipped: [],
                trace: TraceContext(), createdAt: start.addingTimeInterval(seconds), reuse: reuse)
        )
        guard case .accepted(let job) = outcome else { throw Unexpected("the submission was not accepted") }
        return (job, try await store.certifications(of: job.id))
    }

    /// What the verdicts here are made by.
    static var reuse: ReuseTerms {
        ReuseTerms(suiteVersion: 1, suiteDigest: suiteDigest, rubricVersion: 3, rubricDigest: rubricDigest)
    }
}
