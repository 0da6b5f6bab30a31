import Certification

/// Part of a message, in lower case with straight apostrophes, and what it means.
private typealias Meaning = (fragment: String, category: ErrorCategory)

// Texts as servers are known to write them (`docs/certification.md`, Errors). In each table the first match decides.
extension ChatErrorClassifier {
    /// Of an error that calls itself a rate limit; then a mere mention of billing is advice, or part of a link.
    static func rateLimit(_ text: String) -> ErrorCategory {
        category(of: text, by: throttles) ?? .throttledRequests
    }

    /// Of an error of which only the status 429 is known.
    static func throttling(_ text: String) -> ErrorCategory {
        category(of: text, by: throttles + [("billing", .quotaBilling)]) ?? .throttledRequests
    }

    static func invalid(_ text: String) -> ErrorCategory {
        category(of: text, by: unfinished) ?? tooLong(text) ?? parameter(text) ?? category(of: text, by: refusals)
            ?? .validation
    }

    static func tooLong(_ text: String) -> ErrorCategory? { category(of: text, by: lengths) }

    static func parameter(_ text: String) -> ErrorCategory? {
        refusesSchemas(text) ? .capabilityUnsupported : category(of: text, by: capabilities + parameters)
    }

    /// Whether answers in a JSON Schema are refused as such, and not the schema that was sent.
    private static func refusesSchemas(_ text: String) -> Bool {
        let isAboutSchemas = text.contains("response_format") || text.contains("json_schema")
        let refusals = [
            "not support", "n't support", "unsupported", "unavailable", "not available", "only supported",
            "not allowed",
            "not permitted", "unrecognized", "unknown", "must be one of", "should be 'text'", "not enabled",
        ]
        return isAboutSchemas && !text.contains("invalid schema") && refusals.contains { text.contains($0) }
    }

    static func forbidden(_ text: String) -> ErrorCategory {
        category(of: text, by: denials) ?? .accessPolicy
    }

    // A full minute passes, whatever else the text advertises.
    private static let throttles: [Meaning] = [
        ("request too large", .contextLength),
        ("tokens per min", .throttledTokens),
        ("(tpm)", .throttledTokens),
        ("inputtokenspermodelperminute", .throttledTokens),
        ("per min", .throttledRequests),
        ("(rpm)", .throttledRequests),
        ("perminute", .throttledRequests),
        ("insufficient_quota", .quotaBilling),
        ("credit balance", .quotaBilling),
        ("insufficient credits", .quotaBilling),
        ("spend limit", .quotaBilling),
        ("per day", .quotaDaily),
        ("perday", .quotaDaily),
        ("(tpd)", .quotaDaily),
        ("(rpd)", .quotaDaily),
        ("daily", .quotaDaily),
        ("exceeded your current quota", .quotaBilling),
        ("billing details", .quotaBilling),
        ("billing account", .quotaBilling),
        ("billing hard limit", .quotaBilling),
        ("billing is not active", .quotaBilling),
        ("enable billing", .quotaBilling),
        ("too many tokens", .throttledTokens),
    ]

    // OpenAI: all that the limit allowed was thought, and nothing was said.
    private static let unfinished: [Meaning] = [
        ("max_tokens or model output limit was reached", .emptyResponse)
    ]

    // Before the context's: vLLM names both when max_tokens alone is at fault.
    private static let lengths: [Meaning] = [
        ("max_tokens is too large", .maxTokensCap),
        ("max_completion_tokens is too large", .maxTokensCap),
        ("'max_completion_tokens' is too large", .maxTokensCap),
        ("'max_tokens' is too large", .maxTokensCap),
        ("completion tokens, whereas you provided", .maxTokensCap),
        ("max_tokens must be less than or equal to", .maxTokensCap),
        ("`max_tokens` must be less than or equal to", .maxTokensCap),
        ("`max_completion_tokens` must be less than or equal to", .maxTokensCap),
        ("maximum allowed number of output tokens", .maxTokensCap),
        ("maximum context length", .contextLength),
        ("context_length_exceeded", .contextLength),
        ("context length", .contextLength),
        ("context window", .contextLength),
        ("context size", .contextLength),
        ("prompt is too long", .contextLength),
        ("input is too long", .contextLength),
        ("reduce the length", .contextLength),
        ("request too large", .contextLength),
        ("`inputs` tokens + `max_new_tokens` must be", .contextLength),
    ]

    private static let capabilities: [Meaning] = [
        ("does not support tool", .capabilityUnsupported),
        ("doesn't support tool", .capabilityUnsupported),
        ("does not support function", .capabilityUnsupported),
        ("enable-auto-tool-choice", .capabilityUnsupported),
        ("tool calling is not supported", .capabilityUnsupported),
        ("tool choice is not supported", .capabilityUnsupported),
        ("'tools' is not supported", .capabilityUnsupported),
        ("`tools` is not supported", .capabilityUnsupported),
        ("image input is not supported", .capabilityUnsupported),
        ("does not support image", .capabilityUnsupported),
        ("doesn't support image", .capabilityUnsupported),
        ("not a multimodal model", .capabilityUnsupported),
        ("image_url is only supported", .capabilityUnsupported),
        ("does not support vision", .capabilityUnsupported),
        ("does not support stream", .capabilityUnsupported),
        ("streaming is not supported", .capabilityUnsupported),
    ]

    private static let parameters: [Meaning] = [
        ("unsupported parameter", .parameterUnsupported),
        ("unsupported value", .parameterUnsupported),
        ("unrecognized request argument", .parameterUnsupported),
        ("unknown parameter", .parameterUnsupported),
        ("unexpected keyword", .parameterUnsupported),
        ("extra inputs are not permitted", .parameterUnsupported),
        ("extra fields not permitted", .parameterUnsupported),
        ("extra_forbidden", .parameterUnsupported),
        ("is not supported with this model", .parameterUnsupported),
        ("is not supported by this model", .parameterUnsupported),
        ("does not support parameter", .parameterUnsupported),
        ("does not support setting", .parameterUnsupported),
        ("does not support system", .parameterUnsupported),
        ("doesn't support system", .parameterUnsupported),
        ("system role not supported", .parameterUnsupported),
        ("cannot both be specified", .parameterUnsupported),
        ("is deprecated for this model", .parameterUnsupported),
    ]

    private static let refusals: [Meaning] = [
        ("content management policy", .contentFiltered),
        ("content_policy_violation", .contentFiltered),
        ("content policy", .contentFiltered),
        ("content_filter", .contentFiltered),
        ("safety system", .contentFiltered),
        ("api key not valid", .runnerAuthentication),
        ("incorrect api key", .runnerAuthentication),
        ("invalid api key", .runnerAuthentication),
        ("has been decommissioned", .modelEndOfLife),
        ("invalid model id", .modelNotFound),
        ("invalid model name", .modelNotFound),
        ("is not a valid model", .modelNotFound),
    ]

    private static let denials: [Meaning] = [
        ("input tokens", .contextLength),
        ("input length", .contextLength),
        ("context length", .contextLength),
        ("`inputs` tokens", .contextLength),
        ("moderation", .contentFiltered),
        ("was flagged", .contentFiltered),
        ("flagged as", .contentFiltered),
        ("flagged by", .contentFiltered),
        ("content policy", .contentFiltered),
        ("country, region, or territory", .regionUnavailable),
        ("not available in your region", .regionUnavailable),
        ("not available in your country", .regionUnavailable),
        ("api key", .runnerAuthentication),
        ("credits", .quotaBilling),
        ("credit balance", .quotaBilling),
        ("does not have access to model", .accessNotGranted),
        ("not have access to the model", .accessNotGranted),
        ("access to this model", .accessNotGranted),
        ("access to model", .accessNotGranted),
        ("gated repo", .accessNotGranted),
        ("gated model", .accessNotGranted),
        ("is gated", .accessNotGranted),
    ]

    /// A path that the server does not have says nothing about a model, and much about the URL that was called.
    static func notFound(_ text: String) -> ErrorCategory? {
        if let category = category(of: text, by: lifecycle + endpoints + capabilities) { return category }
        // A text may speak of models for many reasons.
        let isAboutModel = text.contains("model") || text.contains("deployment")
        guard isAboutModel else { return .runnerConfiguration }
        return absences.contains { text.contains($0) } ? .modelNotFound : nil
    }

    static func unavailable(_ text: String) -> ErrorCategory {
        category(of: text, by: loading) ?? .serviceUnavailable
    }

    private static let loading: [Meaning] = [
        ("loading", .notReady), ("is not ready", .notReady),
    ]

    private static let lifecycle: [Meaning] = [
        ("has been decommissioned", .modelEndOfLife), ("has been deprecated", .modelEndOfLife),
        ("end of its life", .modelEndOfLife),
    ]

    // A router has the model, but nobody who serves it as asked (OpenRouter).
    private static let endpoints: [Meaning] = [
        ("no endpoints found that support", .capabilityUnsupported),
        ("no endpoints found that can handle the requested parameters", .parameterUnsupported),
        ("no endpoints found matching your data policy", .accessPolicy),
        ("no endpoints found", .modelNotFound),
    ]

    private static let absences = [
        "not found", "does not exist", "doesn't exist", "no such model", "unknown model", "invalid model",
        "is not a valid model", "unable to access model", "could not find", "not deployed",
    ]

    private static func category(of text: String, by meanings: [Meaning]) -> ErrorCategory? {
        meanings.first { text.contains($0.fragment) }?.category
    }
}
