import Certification
import Contracts

extension CostAnswer {
    /// In a few words, for example `$0.0123 for 40 calls (about $0.0010 of it guessed)`.
    var words: String {
        guard unpricedCalls < calls || calls == 0 else {
            return "unknown for \(calls.counted("call")): nobody knows the price"
        }
        var words = "\(Self.dollars(usd)) for \(calls.counted("call"))"
        if Self.isSomething(estimatedUsd) { words += ", \(Self.dollars(estimatedUsd)) of it guessed" }
        if unpricedCalls > 0 {
            words += ", without \(unpricedCalls.counted("call")) that \(unpricedCalls == 1 ? "has" : "have") no price"
        }
        return words
    }

    /// An amount that something is held to, so that what is shown is never less than it.
    static func limit(_ usd: String) -> String {
        guard let amount = Money(usd) else { return usd }
        // As many places as `Money` shows.
        let unit: Int64 = amount.nanoDollars >= 1_000_000_000 ? 10_000_000 : 100_000
        let rest = amount.nanoDollars % unit
        return Money(nanoDollars: rest == 0 ? amount.nanoDollars : amount.nanoDollars - rest + unit).description
    }

    /// An amount as people read it; what is no amount as it came.
    static func dollars(_ usd: String) -> String { Money(usd)?.description ?? usd }

    fileprivate static func isSomething(_ usd: String) -> Bool { (Money(usd) ?? .zero) > .zero }
}

extension BudgetAnswer {
    /// In a sentence, for example `Budget: $0.0099 of $0.0100 spent; it ran out, and what was left was not started.`
    var sentence: String {
        var parts: [String] = []
        if let usd { parts.append("\(CostAnswer.dollars(spentUsd)) of \(CostAnswer.dollars(usd))") }
        if let tokens { parts.append("\(spentTokens) of \(tokens) tokens") }
        return "Budget: \(parts.joined(separator: " and ")) spent\(ending)"
    }

    private var ending: String {
        guard exhaustedAt != nil else { return "." }
        return CostAnswer.isSomething(spentUsd) || spentTokens > 0
            ? "; it ran out, and calls that it could not pay for at their worst were not made."
            : "; it is less than a single call may cost at worst, so that none was made."
    }
}

/// A month's costs as a table.
struct CostsTable {
    private static let columns = ["cost", "guessed", "calls", "unpriced", "input tokens", "output tokens"]

    private let answer: CostsAnswer

    init(_ answer: CostsAnswer) {
        self.answer = answer
    }

    /// Lines joined by line feeds, the sum last.
    var text: String {
        guard answer.total.calls > 0 else { return "Nothing was called in \(answer.month).".terminalSafe }
        let rows = answer.groups.map { [$0.key] + Self.cells($0.cost) }
        let table = [[answer.groupBy] + Self.columns] + rows + [["all of \(answer.month)"] + Self.cells(answer.total)]
        let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        var lines = table.map { row in zip(row, widths).map { $0.padding(to: $1) }.joined(separator: "  ") }
        if answer.isTruncated { lines.append("Only the dearest \(answer.groups.count) are listed; the sum has all.") }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }

    private static func cells(_ cost: CostAnswer) -> [String] {
        [
            CostAnswer.dollars(cost.usd), CostAnswer.dollars(cost.estimatedUsd), "\(cost.calls)",
            "\(cost.unpricedCalls)", "\(cost.inputTokens)", "\(cost.outputTokens)",
        ]
    }
}

/// What a job would cost, as a table of its targets and a sum.
struct EstimateTable {
    let answer: EstimateAnswer
    private let reuses: Bool
    private let budget: Money?

    /// - Parameters:
    ///   - answer: The gateway's.
    ///   - reuses: Whether valid certificates are reused.
    ///   - budget: The most that the job may cost.
    init(_ answer: EstimateAnswer, reuses: Bool = true, budget: Money? = nil) {
        self.answer = answer
        self.reuses = reuses
        self.budget = budget
    }

    /// Lines joined by line feeds.
    var text: String {
        let rows = answer.targets.map { target in
            [
                target.model, target.region,
                target.price.map { "\($0.inputUsdPerMillion)/\($0.outputUsdPerMillion)\($0.verified ? "" : " ~")" }
                    ?? "?",
                target.price == nil ? "?" : CostAnswer.dollars(target.expected.usd),
                target.price == nil ? "?" : CostAnswer.limit(target.worstCase.usd),
            ]
        }
        let table = [["model", "region", "$ per million in/out", "expected", "at worst"]] + rows
        let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        var lines = table.map { row in zip(row, widths).map { $0.padding(to: $1) }.joined(separator: "  ") }
        lines += [summary] + remarks
        if let refusal = answer.refusal { lines.append("A job like this would be refused. \(refusal)\(cures)") }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }

    /// The sum in a sentence.
    var summary: String {
        let targets = answer.targets.count.counted("target")
        let tokens = "\(answer.worstCase.inputTokens + answer.worstCase.outputTokens) tokens"
        guard answer.targets.isEmpty || answer.targets.contains(where: { $0.price != nil }) else {
            return "\(targets): cost unknown, because nobody knows a price; at worst \(tokens)."
        }
        let unpriced =
            answer.unpricedModels.isEmpty
            ? "" : ", without \(answer.unpricedModels.count.counted("model")) whose price nobody knows"
        return "\(targets): about \(CostAnswer.dollars(answer.expected.usd)), at worst "
            + "\(CostAnswer.limit(answer.worstCase.usd)) and \(tokens)\(unpriced)."
    }

    /// What to know before a job with too small a budget is started; nil when it is none.
    var budgetWarning: String? {
        guard let budget, let expected = Money(answer.expected.usd), budget < expected else { return nil }
        return
            "The budget of \(budget) is less than the \(expected) that the job is expected to cost: a call that it can't "
            + "pay for at its worst is not made, and its test is not judged."
    }

    private var remarks: [String] {
        let assumed = CostEstimator()
        var remarks = [
            "expected: answers of \(assumed.expectedOutputShare.percent) of their limits, and "
                + "\(assumed.expectedRetries.percent) of the calls made again"
        ]
        if let reusable = answer.reusable, reusable > 0 {
            remarks.append(
                "\(reusable.counted("more target")) \(reusable == 1 ? "holds" : "hold") a valid certificate and "
                    + "\(reusable == 1 ? "costs" : "cost") nothing; --force tests all.")
        } else if reuses, answer.reusable == nil {
            remarks.append("Targets that hold a valid certificate are reused and cost nothing; --force tests all.")
        }
        if answer.targets.contains(where: { $0.price?.verified == false }) {
            remarks.append(
                "~ nobody has compared the price with the provider's own list; PRICES_FILE says what is true")
        }
        return remarks + [budgetWarning].compactMap(\.self)
    }

    /// The gateway speaks of fields; these are the options that send them.
    private var cures: String {
        var options: [String] = []
        if answer.confirmation.required {
            options.append("--max-cost \(answer.confirmation.confirmCost), --yes or a smaller --budget")
        }
        if !answer.unpricedModels.isEmpty { options.append("--allow-unknown-prices with --max-tokens") }
        return options.isEmpty ? "" : " Here: \(options.joined(separator: "; "))."
    }
}
