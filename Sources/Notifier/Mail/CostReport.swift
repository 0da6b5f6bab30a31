import Contracts

/// What a job cost, in words.
enum CostReport {
    /// For example `$0.0123, $0.0010 of it guessed`; nil when nothing was called.
    static func cost(of job: JobFinished) -> String? {
        guard let cost = job.cost else { return nil }
        var words = dollars(cost.usd)
        if let guessed = Money(cost.estimatedUSD), guessed > .zero { words += ", \(guessed) of it guessed" }
        if cost.unpricedCalls > 0 {
            words += ", without \(cost.unpricedCalls) call\(cost.unpricedCalls == 1 ? "" : "s") of unknown price"
        }
        return words + " (\(cost.inputTokens) tokens in, \(cost.outputTokens) out)"
    }

    /// For example `$0.0099 of $0.0100 spent; it ran out, and what it could not pay for was not tested`.
    static func budget(of job: JobFinished) -> String? {
        guard let budget = job.budget else { return nil }
        var parts: [String] = []
        if let usd = budget.usd { parts.append("\(dollars(budget.spentUSD)) of \(dollars(usd))") }
        if let tokens = budget.tokens { parts.append("\(budget.spentTokens) of \(tokens) tokens") }
        let ending = budget.isExhausted ? "; it ran out, and what it could not pay for was not tested" : ""
        return parts.joined(separator: " and ") + " spent" + ending
    }

    private static func dollars(_ usd: String) -> String {
        Money(usd)?.description ?? PlainText.line(usd, limit: 40)
    }
}
