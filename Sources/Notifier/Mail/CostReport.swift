import Contracts

/// What a job cost, in words that fit a line of a mail.
enum CostReport {
    /// For example `$0.0123 (2178 tokens, $0.0010 guessed)`; nil when nothing was called.
    static func cost(of job: JobFinished) -> String? {
        guard let cost = job.cost else { return nil }
        var remarks = ["\(cost.inputTokens + cost.outputTokens) tokens"]
        if let guessed = Money(cost.estimatedUSD), guessed > .zero { remarks.append("\(guessed) guessed") }
        if cost.unpricedCalls > 0 {
            remarks.append("\(cost.unpricedCalls) call\(cost.unpricedCalls == 1 ? "" : "s") without a price")
        }
        return "\(dollars(cost.usd)) (\(remarks.joined(separator: ", ")))"
    }

    /// For example `$0.0099 of $0.0100 spent; it ran out`; nil when it had none.
    static func budget(of job: JobFinished) -> String? {
        guard let budget = job.budget else { return nil }
        var parts: [String] = []
        if let usd = budget.usd { parts.append("\(dollars(budget.spentUSD)) of \(dollars(usd))") }
        if let tokens = budget.tokens { parts.append("\(budget.spentTokens) of \(tokens) tokens") }
        return parts.joined(separator: " and ") + (budget.isExhausted ? " spent; it ran out" : " spent")
    }

    private static func dollars(_ usd: String) -> String {
        Money(usd)?.description ?? PlainText.line(usd, limit: 20)
    }
}
