import Contracts

extension CostAnswer {
    /// In a few words, for example `$0.0123 for 40 calls (about $0.0010 of it guessed)`.
    var words: String {
        var words = "\(Self.dollars(usd)) for \(calls.counted("call"))"
        if Self.isSomething(estimatedUsd) { words += ", \(Self.dollars(estimatedUsd)) of it guessed" }
        if unpricedCalls > 0 {
            words += ", without \(unpricedCalls.counted("call")) that \(unpricedCalls == 1 ? "has" : "have") no price"
        }
        return words
    }

    /// An amount as people read it; what is no amount as it came.
    static func dollars(_ usd: String) -> String { Money(usd)?.description ?? usd }

    private static func isSomething(_ usd: String) -> Bool { (Money(usd) ?? .zero) > .zero }
}

extension BudgetAnswer {
    /// In a sentence, for example `Budget: $0.0099 of $0.0100 spent; it ran out, and what was left was not started.`
    var sentence: String {
        var parts: [String] = []
        if let usd { parts.append("\(CostAnswer.dollars(spentUsd)) of \(CostAnswer.dollars(usd))") }
        if let tokens { parts.append("\(spentTokens) of \(tokens) tokens") }
        let ending = exhaustedAt == nil ? "." : "; it ran out, and calls that it could not pay for were not made."
        return "Budget: \(parts.joined(separator: " and ")) spent\(ending)"
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
    private let answer: EstimateAnswer

    init(_ answer: EstimateAnswer) {
        self.answer = answer
    }

    /// Lines joined by line feeds.
    var text: String {
        let rows = answer.targets.map { target in
            [
                target.model, target.region,
                target.price.map { "\($0.inputUsdPerMillion)/\($0.outputUsdPerMillion)\($0.verified ? "" : " ~")" }
                    ?? "?",
                target.price == nil ? "?" : CostAnswer.dollars(target.expected.usd),
                target.price == nil ? "?" : CostAnswer.dollars(target.worstCase.usd),
            ]
        }
        let table = [["model", "region", "$ per million in/out", "expected", "at worst"]] + rows
        let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        var lines = table.map { row in zip(row, widths).map { $0.padding(to: $1) }.joined(separator: "  ") }
        lines.append(summary)
        if answer.targets.contains(where: { $0.price?.verified == false }) {
            lines.append("~ nobody has compared the price with the provider's own list; PRICES_FILE says what is true")
        }
        if let refusal = answer.refusal { lines.append("A job like this would be refused. \(refusal)") }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }

    /// The sum in a sentence.
    var summary: String {
        let tokens = answer.worstCase.inputTokens + answer.worstCase.outputTokens
        let unpriced =
            answer.unpricedModels.isEmpty
            ? "" : ", without \(answer.unpricedModels.count.counted("model")) whose price nobody knows"
        return "\(answer.targets.count.counted("target")): about \(CostAnswer.dollars(answer.expected.usd)), at worst "
            + "\(CostAnswer.dollars(answer.worstCase.usd)) and \(tokens) tokens\(unpriced)."
    }
}
