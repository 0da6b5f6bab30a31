/// What calls have cost, as events and mails carry it. Amounts are exact decimal numbers of US dollars.
package struct CostSummary: Hashable, Sendable, Codable {
    package var usd: String
    /// The part of `usd` that no provider reported usage for.
    package var estimatedUSD: String
    /// Calls without a price, which `usd` lacks.
    package var unpricedCalls: Int
    package var inputTokens: Int
    package var outputTokens: Int

    package init(usd: String, estimatedUSD: String, unpricedCalls: Int, inputTokens: Int, outputTokens: Int) {
        self.usd = usd
        self.estimatedUSD = estimatedUSD
        self.unpricedCalls = unpricedCalls
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }

    enum CodingKeys: String, CodingKey {
        case usd
        case estimatedUSD = "estimatedUsd"
        case unpricedCalls, inputTokens, outputTokens
    }
}

/// A job's budget and what became of it.
package struct BudgetSummary: Hashable, Sendable, Codable {
    /// Nil for no limit in dollars.
    package var usd: String?
    /// Nil for no limit in tokens.
    package var tokens: Int?
    package var spentUSD: String
    package var spentTokens: Int
    /// Whether it kept a call from being made.
    package var isExhausted: Bool

    package init(usd: String?, tokens: Int?, spentUSD: String, spentTokens: Int, isExhausted: Bool) {
        self.usd = usd
        self.tokens = tokens
        self.spentUSD = spentUSD
        self.spentTokens = spentTokens
        self.isExhausted = isExhausted
    }

    enum CodingKeys: String, CodingKey {
        case usd, tokens
        case spentUSD = "spentUsd"
        case spentTokens
        case isExhausted = "exhausted"
    }
}
