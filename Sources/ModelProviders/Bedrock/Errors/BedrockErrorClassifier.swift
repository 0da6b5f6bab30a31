package import Certification

/// Says what kind of trouble an error of Bedrock is.
///
/// The exception's type decides first, then its text: several exceptions stand for many different troubles, and a text
/// alone is ambiguous ("Too many tokens" is a throttle when a ThrottlingException says it, a long prompt otherwise).
package enum BedrockErrorClassifier {
    /// - Parameters:
    ///   - code: the exception's type or the error's code, with or without `Exception`; empty when unknown.
    ///   - message: the service's words; compared without regard to case and to the kind of apostrophe.
    ///   - httpStatus: nil for an error inside a stream.
    /// - Returns: `unknown` for an exception that nobody has told us of.
    package static func category(code: String, message: String, httpStatus: Int?) -> ErrorCategory {
        let text = comparable(message)
        return byType(kind(of: code), text) ?? byStatus(httpStatus, text, hasCode: !code.isEmpty) ?? .unknown
    }

    /// The message as the tables of texts spell it.
    static func comparable(_ message: String) -> String {
        message.lowercased().replacing("’", with: "'")
    }

    private static func kind(of code: String) -> String {
        let lowercased = code.lowercased()
        return lowercased.hasSuffix("exception") ? String(lowercased.dropLast("exception".count)) : lowercased
    }

    private static func byType(_ kind: String, _ text: String) -> ErrorCategory? {
        switch kind {
        case "throttling", "throttled", "toomanyrequests", "requestthrottled": throttling(text)
        case "validation", "serialization": validation(text)
        case "accessdenied": accessDenied(text)
        case "resourcenotfound": notFound(text)
        case "conflict": .validation
        case "servicequotaexceeded": .quotaDaily
        case "modelnotready": .notReady
        case "serviceunavailable": .serviceUnavailable
        case "internalserver", "internalfailure", "internalservererror": .serviceInternal
        case "modeltimeout", "requesttimeout": .timeout
        case "modelerror": .modelError
        case "modelstreamerror": .streamError
        case "ftuformnotfilled", "mpagreementbeingcreated": .accessPending
        case "notauthorized": .accessPolicy
        case "unrecognizedclient", "expiredtoken", "invalidsignature", "signaturedoesnotmatch", "incompletesignature",
            "invalidclienttokenid", "missingauthenticationtoken", "requestexpired":
            .runnerAuthentication
        default: nil
        }
    }

    // A 4xx of an exception that nobody knows is left unknown, so that it is seen and gets a category.
    private static func byStatus(_ status: Int?, _ text: String, hasCode: Bool) -> ErrorCategory? {
        switch status {
        case 408, 504: .timeout
        case 424: .modelError
        case 429: throttling(text)
        case 500: .serviceInternal
        case 502, 503, 529: .serviceUnavailable
        case 400 where !hasCode: validation(text)
        case 401 where !hasCode: .runnerAuthentication
        case 402 where !hasCode: .quotaBilling
        case 403 where !hasCode: accessDenied(text)
        case 404 where !hasCode: notFound(text)
        default: nil
        }
    }
}
