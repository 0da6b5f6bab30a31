/// Why a call to a model brought no answer.
package struct ProviderError: Error, Sendable, Hashable {
    package var category: ErrorCategory
    /// The provider's own code, for example `ThrottlingException`; empty when the call never got that far.
    package var code: String
    /// The provider's own words. Untrusted text.
    package var message: String
    /// Nil when no HTTP answer came, or the error came inside a stream.
    package var httpStatus: Int?
    package var requestID: String?
    /// How long the provider asks to wait.
    package var retryAfter: Duration?
    /// What had been streamed before the error.
    package var partialText: String?
    /// What the provider says was used all the same, and is paid for.
    package var usage: TokenUsage?
    /// The limit that the error names: of output tokens for `maxTokensCap`, of the context for `contextLength`.
    package var limit: Int?
    /// Whether the limit is only what the refused request leaves of the context: a shorter one may have more.
    package var limitsOnlyThisRequest = false
    /// Whether not the model but the account's quota, or a proxy, finds the request too long, for `contextLength`.
    package var isLimitOfAccess = false
    /// The request's parameters that were refused, for `parameterUnsupported`: `temperature`, `top-p`,
    /// `stop-sequences`, `system-prompt`. Empty when the error does not say which.
    package var refusedParameters: [Capability]

    package init(
        category: ErrorCategory, code: String, message: String, httpStatus: Int? = nil, requestID: String? = nil,
        retryAfter: Duration? = nil, partialText: String? = nil, limit: Int? = nil, refusedParameters: [Capability] = []
    ) {
        self.category = category
        self.code = code
        self.message = message
        self.httpStatus = httpStatus
        self.requestID = requestID
        self.retryAfter = retryAfter
        self.partialText = partialText
        self.limit = limit
        self.refusedParameters = refusedParameters
    }
}
