package import Contracts
package import Foundation

/// What a run came to, with everything that decided it.
package struct Verdict: Sendable, Hashable, Codable {
    /// One test that did not pass.
    package struct Failure: Sendable, Hashable, Codable {
        package var test: TestID
        package var outcome: TestOutcome
        package var explanation: String
    }

    /// Something that a test found out beside its outcome, or that makes its outcome another one.
    package struct Finding: Sendable, Hashable, Codable {
        package enum Code: String, Sendable, Hashable, Codable, CaseIterable {
            /// The provider refused as invalid what the test sends; the test was set aside.
            case requestInvalid = "REQUEST_INVALID"
            /// What had to be refused broke the server each time, and nothing else did; the test failed.
            case refusalBroken = "REFUSAL_BROKEN"
            /// More input was read, and answered rightly, than the model is declared to take.
            case windowLarger = "CONTEXT_WINDOW_LARGER"
        }

        package var code: Code
        package var test: TestID
        /// In a sentence, at most 500 characters.
        package var explanation: String

        /// What the test came to by it; nil for what its result says.
        package var outcome: TestOutcome? {
            switch code {
            case .requestInvalid: .skipped
            case .refusalBroken: .fail
            case .windowLarger: nil
            }
        }
    }

    /// How much of the suite the verdict rests on.
    package struct Coverage: Sendable, Hashable, Codable {
        /// Tests whose outcome says something about the model.
        package var judged: Int
        /// Tests that were not skipped.
        package var applicable: Int
        package var total: Int
        /// Tests that ran and are only reported; nil in verdicts from before rubric 2.
        package var reported: Int?
    }

    /// What the verdict was made of beside results and rubric, so that it can be made again.
    package struct Basis: Sendable, Hashable, Codable {
        package var outline: SuiteOutline
        package var facts: JudgingFacts
        /// Why tests did not run.
        package var interruption: ErrorCategory?
    }

    /// CERTIFIED, QUALITY_WARNING, FAILED, UNSUPPORTED or INCONCLUSIVE.
    package var status: CertificationStatus
    /// 0–5 with one decimal; nil when INCONCLUSIVE.
    package var rating: Double?
    /// Nil when INCONCLUSIVE.
    package var badge: Badge?
    /// An error category or one of `VerdictReason`'s codes; nil when certified without remark.
    package var reasonCode: String?
    /// In a sentence, at most 500 characters.
    package var reason: String?
    /// What to do next, in a sentence.
    package var remedy: String?
    package var metrics: Metrics
    package var coverage: Coverage
    /// The most telling tests that did not pass, at most three.
    package var topFailures: [Failure]
    /// In the suite's order; nil when there are none, and in verdicts from before rubric 3.
    package var findings: [Finding]?
    package var suite: SuiteID
    package var suiteVersion: Int
    package var rubricVersion: Int
    package var judgedAt: Date
    /// As the rubric says; nil unless CERTIFIED or QUALITY_WARNING.
    package var certifiedUntil: Date?
    /// Nil when nothing was judged, and of rubrics that do not weigh dimensions.
    package var quality: QualityScore?
    /// Nil in verdicts from before rubric 2.
    package var capabilities: CapabilityMatrix?
    /// Nil in verdicts from before rubric 2.
    package var basis: Basis?
}
