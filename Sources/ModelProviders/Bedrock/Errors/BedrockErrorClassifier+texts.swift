import Certification

/// Part of a message, in lower case with straight apostrophes, and what it means.
private typealias Meaning = (fragment: String, category: ErrorCategory)

// Texts as AWS and its users report them (`docs/certification.md`, Errors). In each table the first match decides.
extension BedrockErrorClassifier {
    static func throttling(_ text: String) -> ErrorCategory {
        category(
            of: text, by: [("per day", .quotaDaily), ("too many tokens", .throttledTokens)],
            otherwise: .throttledRequests)
    }

    static func validation(_ text: String) -> ErrorCategory {
        category(of: text, by: lifecycle + ids + lengths + parameters + capabilities, otherwise: .validation)
    }

    static func accessDenied(_ text: String) -> ErrorCategory {
        category(of: text, by: lifecycle + access, otherwise: .accessPolicy)
    }

    static func notFound(_ text: String) -> ErrorCategory {
        category(of: text, by: lifecycle + access, otherwise: .modelNotFound)
    }

    // They come with more than one exception.
    private static let lifecycle: [Meaning] = [
        ("reached the end of its life", .modelEndOfLife),
        ("marked by provider as legacy", .modelLegacyLocked),
    ]

    private static let ids: [Meaning] = [
        ("on-demand throughput", .inferenceProfileRequired),
        ("model identifier is invalid", .modelNotFound),
        ("at 'modelid' failed to satisfy constraint", .validation),
        ("operation not allowed", .accessPolicy),
    ]

    private static let lengths: [Meaning] = [
        ("input is too long", .contextLength),
        ("too many input tokens", .contextLength),
        ("prompt is too long", .contextLength),
        ("expected maxlength:", .contextLength),
        ("exceed model maximum", .contextLength),
        ("exceed context limit", .contextLength),
        ("maximum tokens you requested exceeds", .maxTokensCap),
        ("maximum allowed number of output tokens", .maxTokensCap),
    ]

    private static let parameters: [Meaning] = [
        ("cannot both be specified", .parameterUnsupported),
        ("is deprecated for this model", .parameterUnsupported),
        ("extra inputs are not permitted", .parameterUnsupported),
    ]

    private static let capabilities: [Meaning] = [
        ("model doesn't support", .capabilityUnsupported),
        ("model does not support", .capabilityUnsupported),
        ("this action doesn't support the model", .capabilityUnsupported),
        ("image_format_unsupported", .capabilityUnsupported),
        ("unsupported for streaming", .capabilityUnsupported),
    ]

    private static let access: [Meaning] = [
        ("security token included in the request", .runnerAuthentication),
        ("required aws marketplace actions", .accessPending),
        ("marketplace agreement", .accessPending),
        ("use case details have not been submitted", .accessPending),
        ("don't have access to the model", .accessNotGranted),
        ("is not authorized to perform", .accessPolicy),
    ]

    private static func category(
        of text: String, by meanings: [Meaning], otherwise: ErrorCategory
    ) -> ErrorCategory {
        meanings.first { text.contains($0.fragment) }?.category ?? otherwise
    }
}
