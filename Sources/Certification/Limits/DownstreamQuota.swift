/// What a downstream may be asked for. A limit that is nil is none.
package struct DownstreamQuota: Sendable, Hashable, Codable {
    /// Above 0.
    package var requestsPerMinute: Double?
    /// Above 0; charged with the input and the limit on output when an attempt is admitted.
    package var tokensPerMinute: Double?
    /// Attempts at once, from 1.
    package var concurrency: Int?
    /// Whether it is a placeholder that nobody has checked with the provider.
    package var isGuessed: Bool

    package init(
        requestsPerMinute: Double? = nil, tokensPerMinute: Double? = nil, concurrency: Int? = nil,
        isGuessed: Bool = false
    ) {
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.concurrency = concurrency
        self.isGuessed = isGuessed
    }

    package var isUnlimited: Bool { requestsPerMinute == nil && tokensPerMinute == nil && concurrency == nil }
}
