import Certification
import Contracts
import Foundation

/// Two certifications of one target and what changed between them, as clients see it.
struct ComparisonBody: Sendable, Encodable {
    struct Side: Sendable, Encodable {
        var certificationID: String
        var suite: String
        var suiteVersion: Int
        var rubricVersion: Int?
        var status: CertificationStatus
        var rating: Double?
        var reasonCode: String?
        var finishedAt: Date

        init(_ run: ComparedRun) {
            certificationID = run.certification.description
            suite = run.suite.rawValue
            suiteVersion = run.suiteVersion
            rubricVersion = run.rubricVersion
            status = run.status
            rating = run.rating
            reasonCode = run.reasonCode
            finishedAt = run.finishedAt
        }

        enum CodingKeys: String, CodingKey {
            case certificationID = "certificationId"
            case suite, suiteVersion, rubricVersion, status, rating, reasonCode, finishedAt
        }
    }

    struct Flip: Sendable, Encodable {
        var test: String
        var before: TestOutcome
        var after: TestOutcome
    }

    struct CapabilityFlip: Sendable, Encodable {
        var capability: String
        var worksNow: Bool
    }

    /// What tells where a figure may be.
    enum Basis: String, Sendable, Encodable {
        /// The 95 % confidence interval of the first certification's.
        case interval = "CONFIDENCE_INTERVAL"
        case earlierRuns = "EARLIER_RUNS"
    }

    struct Figure: Sendable, Encodable {
        var name: String
        var description: String
        var before: Double?
        var after: Double?
        /// Where it may be when nothing has changed; absent while too few runs tell.
        var usualFrom: Double?
        var usualTo: Double?
        var usualBasis: Basis?
        /// Absent when the change is within what is usual, or nobody can tell.
        var change: Comparison.Direction?
    }

    struct Finding: Sendable, Encodable {
        var kind: Comparison.Finding.Kind
        var direction: Comparison.Direction
        var text: String
    }

    var provider: String
    var model: String
    var region: String
    var profile: InferenceProfileKind
    var outcome: Comparison.Outcome
    var significant: Bool
    var explanation: String
    var baseline: Side
    var candidate: Side
    /// Tests that were judged in both.
    var pairedTests: Int
    var flips: [Flip]
    /// Of the flips, by the sign test.
    var pValue: Double?
    var capabilities: [CapabilityFlip]
    var figures: [Figure]
    var findings: [Finding]

    init(_ comparison: Comparison) {
        let target = comparison.candidate.target
        provider = target.provider.rawValue
        model = target.model.rawValue
        region = target.region.rawValue
        profile = target.profile
        outcome = comparison.outcome
        significant = comparison.isSignificant
        explanation = comparison.explanation
        baseline = Side(comparison.baseline)
        candidate = Side(comparison.candidate)
        pairedTests = comparison.pairedTests
        flips = comparison.flips.map { Flip(test: $0.test.rawValue, before: $0.before, after: $0.after) }
        pValue = comparison.pValue
        capabilities = comparison.capabilities.map {
            CapabilityFlip(capability: $0.capability.rawValue, worksNow: $0.worksNow)
        }
        figures = comparison.figures.map {
            Figure(
                name: $0.name, description: $0.words, before: $0.before, after: $0.after,
                usualFrom: $0.usual?.lowerBound, usualTo: $0.usual?.upperBound,
                usualBasis: $0.usual == nil ? nil : $0.isInterval ? .interval : .earlierRuns, change: $0.change)
        }
        findings = comparison.findings.map { Finding(kind: $0.kind, direction: $0.direction, text: $0.text) }
    }
}
