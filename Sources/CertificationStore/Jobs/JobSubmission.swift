package import Certification
package import Contracts
package import Foundation

/// A validated request to certify, expanded to its targets: what the gateway stores.
package struct JobSubmission: Sendable, Hashable {
    package var id: JobID
    /// The subject of the caller's token.
    package var requestedBy: String
    /// The caller's `Idempotency-Key`; unique per `requestedBy`.
    package var idempotencyKey: String?
    /// A digest of the request's body, by which a reused key is told from a repeated request.
    package var fingerprint: String?
    package var suite: SuiteID
    package var lane: Lane
    package var regions: [Region]
    /// The addresses to be told, each once.
    package var notify: [String]
    /// At least one; each target once.
    package var targets: [SubmittedTarget]
    /// What was asked for but is not offered.
    package var skipped: [SkippedTarget]
    package var trace: TraceContext
    package var createdAt: Date
    /// What it will cost; nil when nobody reckoned.
    package var estimate: CostEstimate?
    /// What it may cost; nil for no limit.
    package var budget: JobBudget?
    /// What a target's valid certificate must rest on to be used again instead of certifying the target; nil: every target
    /// is certified.
    package var reuse: ReuseTerms?
    /// How many targets the estimate leaves out, because a valid certificate stands for them.
    package private(set) var reusable = 0

    package init(
        id: JobID, requestedBy: String, idempotencyKey: String?, fingerprint: String?, suite: SuiteID, lane: Lane,
        regions: [Region], notify: [String], targets: [SubmittedTarget], skipped: [SkippedTarget], trace: TraceContext,
        createdAt: Date, reuse: ReuseTerms? = nil
    ) {
        self.id = id
        self.requestedBy = requestedBy
        self.idempotencyKey = idempotencyKey
        self.fingerprint = fingerprint
        self.suite = suite
        self.lane = lane
        self.regions = regions
        self.notify = notify
        self.targets = targets
        self.skipped = skipped
        self.trace = trace
        self.createdAt = createdAt
        self.reuse = reuse
    }
}

extension JobSubmission {
    /// Leaves targets out of the estimate that valid certificates stand for, by the ids of their certifications.
    package mutating func leaveOutOfEstimate(_ certifications: Set<CertificationID>) {
        guard let estimate, !certifications.isEmpty else { return }
        let reused = Set(targets.filter { certifications.contains($0.certificationID) }.map(\.target))
        self.estimate = CostEstimate(targets: estimate.targets.filter { !reused.contains($0.target) })
        reusable = certifications.count
    }
}

/// What a certificate rests on, as a new one would: an earlier one that rests on anything else answers another question.
package struct ReuseTerms: Sendable, Hashable {
    package var suiteVersion: Int
    /// SHA-256 of the suite, in lowercase hexadecimal.
    package var suiteDigest: String
    package var rubricVersion: Int
    /// SHA-256 of the rubric, in lowercase hexadecimal.
    package var rubricDigest: String

    package init(suiteVersion: Int, suiteDigest: String, rubricVersion: Int, rubricDigest: String) {
        self.suiteVersion = suiteVersion
        self.suiteDigest = suiteDigest
        self.rubricVersion = rubricVersion
        self.rubricDigest = rubricDigest
    }
}

/// One target of a submission.
package struct SubmittedTarget: Sendable, Hashable {
    package var certificationID: CertificationID
    package var target: Target
    /// The model's name as people write it.
    package var modelName: String
    /// Why the target is known to be uncertifiable before any call; nil when it is to be certified.
    package var unsupported: Reason?
    /// What it is charged by; nil when nobody knows.
    package var price: AppliedPrice?
    /// What its verdict would take into account beside the results; nil when it is not to be certified.
    package var facts: JudgingFacts?

    package init(certificationID: CertificationID, target: Target, modelName: String, unsupported: Reason? = nil) {
        self.certificationID = certificationID
        self.target = target
        self.modelName = modelName
        self.unsupported = unsupported
    }
}

/// Why a certification ended as it did, and what to do next.
package struct Reason: Sendable, Hashable {
    /// A fixed short name, for example `ACCESS_NOT_GRANTED`.
    package var code: String
    /// A sentence, at most 500 characters.
    package var text: String
    /// What to do next, in a sentence.
    package var remedy: String?

    package init(code: String, text: String, remedy: String?) {
        self.code = code
        self.text = text
        self.remedy = remedy
    }
}

extension Reason {
    /// Of a target whose provider cannot be called by anyone yet.
    package static func providerNotConfigured(_ provider: ProviderID) -> Reason {
        Reason(
            code: "PROVIDER_NOT_CONFIGURED", text: "The provider \(provider) is not configured, so nothing was called.",
            remedy: provider == .bedrock
                ? "Take 'bedrock: {enabled: false}' out of the PROVIDERS_FILE of gateway and processors, then certify again."
                : "Add it to the PROVIDERS_FILE of gateway and processors, then certify again.")
    }
}

extension Reason {
    /// Whether it says something about the target, rather than about how this installation is configured.
    var isAboutTarget: Bool { code != "PROVIDER_NOT_CONFIGURED" }
}

/// What became of a submission.
package enum SubmissionOutcome: Sendable, Hashable {
    /// Stored.
    case accepted(JobRecord)
    /// The same request was stored before under its idempotency key; this is that job as it is now.
    case replayed(JobRecord)
    /// The idempotency key was used for another request; nothing was stored.
    case keyReused
}
