import Contracts

/// Why a verdict is what it is.
package enum VerdictReason: Sendable, Hashable {
    /// An error decided: the target is unsupported, or could not be judged.
    case error(ErrorCategory)
    /// A test that no model may fail was failed.
    case gateFailed
    /// Too few tests passed, or not all.
    case testsFailed
    /// No test that the suite holds could be applied.
    case nothingApplicable
    /// Too little of the suite was judged for a certificate.
    case lowCoverage
    /// What the model is declared to do was refused.
    case capabilityRefused
    /// Graders could not decide.
    case graderFailed

    /// A fixed name, for programs.
    package var code: String {
        switch self {
        case .error(let category): category.rawValue
        case .gateFailed: "GATE_FAILED"
        case .testsFailed: "TESTS_FAILED"
        case .nothingApplicable: "NOTHING_APPLICABLE"
        case .lowCoverage: "LOW_COVERAGE"
        case .capabilityRefused: "CAPABILITY_REFUSED"
        case .graderFailed: "GRADER_FAILED"
        }
    }

    /// What to do about it, as one sentence.
    package var remedy: String {
        switch self {
        case .error(let category): category.remedy
        case .gateFailed: "Don't use the model here before it answers simple questions."
        case .testsFailed: "Read the answers of the tests that did not pass before you rely on the model."
        case .nothingApplicable, .lowCoverage: "Certify the model with a suite that fits what it can do."
        case .capabilityRefused:
            "Don't rely on what was refused; if the model never had it, correct what is declared of it."
        case .graderFailed: "Report it: the suite's grader is at fault, not the model."
        }
    }
}
