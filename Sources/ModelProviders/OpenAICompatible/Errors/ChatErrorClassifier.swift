package import Certification

/// Says what kind of trouble an error of an OpenAI-compatible server is.
///
/// The error's code and type decide first, because one status stands for several troubles (a 429 may be a full minute or an
/// empty purse); then the status together with the text. A number in a text proves nothing: a validation error may quote a 429.
package enum ChatErrorClassifier {
    /// - Parameters:
    ///   - status: nil for an error inside a stream that names none.
    ///   - code: `error.code`; empty when there is none.
    ///   - type: `error.type`; empty when there is none.
    ///   - message: the server's words; compared without regard to case and to the kind of apostrophe.
    /// - Returns: `unknown` for an error that nobody has told us of.
    package static func category(status: Int?, code: String, type: String, message: String) -> ErrorCategory {
        let text = message.lowercased().replacing("’", with: "'")
        for name in [code, type] {
            if let category = byName(name.lowercased(), text, status: status) { return category }
        }
        return byStatus(status, text) ?? .unknown
    }

    private static func byName(_ name: String, _ text: String, status: Int?) -> ErrorCategory? {
        switch name {
        case "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_hard_limit_reached",
            "billing_not_active", "insufficient_credits", "payment_required":
            .quotaBilling
        case "invalid_api_key", "incorrect_api_key", "authentication_error", "invalid_authentication",
            "account_deactivated", "missing_api_key":
            .runnerAuthentication
        case "context_length_exceeded", "string_above_max_length", "request_too_large", "exceed_context_size_error":
            // The request may be too long because of the output that it asks for.
            tooLong(text) ?? .contextLength
        case "content_policy_violation", "content_filter", "moderation_blocked", "responsibleaipolicyviolation":
            .contentFiltered
        case "model_not_found", "model_not_available", "deploymentnotfound", "model_not_supported":
            .modelNotFound
        case "model_decommissioned", "model_deprecated": .modelEndOfLife
        case "unsupported_country_region_territory": .regionUnavailable
        case "unsupported_parameter", "unsupported_value", "unknown_parameter": parameter(text) ?? .parameterUnsupported
        case "rate_limit_exceeded", "rate_limit_error", "too_many_requests", "tokens", "requests": rateLimit(text)
        case "overloaded_error", "overloaded", "server_overloaded", "engine_overloaded", "engine_overloaded_error",
            "capacity_exceeded":
            .serviceUnavailable
        case "loading_model", "model_loading": .notReady
        case "timeout", "timeout_error", "request_timeout": .timeout
        default: status == nil ? byGenericType(name, text) : nil
        }
    }

    /// Types that say less than a status does.
    private static func byGenericType(_ name: String, _ text: String) -> ErrorCategory? {
        switch name {
        case "server_error", "internal_server_error", "internal_error", "api_error": .serviceInternal
        case "invalid_request_error": invalid(text)
        default: nil
        }
    }

    private static func byStatus(_ status: Int?, _ text: String) -> ErrorCategory? {
        guard let status else { return nil }
        return switch status {
        // A redirection is not followed: it would take the key elsewhere.
        case 300...399: .runnerConfiguration
        case 400, 422: invalid(text)
        case 401: .runnerAuthentication
        case 402: .quotaBilling
        case 403: forbidden(text)
        case 404: notFound(text)
        case 405, 406, 415: .validation
        // 524 is Cloudflare's: the server worked on the request for longer than was waited for.
        case 408, 504, 524: .timeout
        case 409, 425: .serviceUnavailable
        case 410: .modelEndOfLife
        case 413: tooLong(text) ?? .contextLength
        case 424: .modelError
        case 429: throttling(text)
        case 451: .regionUnavailable
        // Groq's, when its flexible capacity is used up.
        case 498: .serviceUnavailable
        case 500: .serviceInternal
        case 501: .capabilityUnsupported
        case 502, 503, 520...530: unavailable(text)
        default: nil
        }
    }
}
