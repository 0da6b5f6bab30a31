/// Whether the tokens that three answers report can be true together.
struct UsageAudit: Sendable {
    let complete: ModelAnswer
    /// To the same request as `complete`.
    let streamed: ModelAnswer
    /// To a longer request.
    let longer: ModelAnswer
    /// By how much two counts of the same may differ, as a share of the larger one.
    let tolerance: Double

    var inputRatio: Double? {
        guard let whole = complete.usage, let pieces = streamed.usage, whole.inputTokens > 0 else { return nil }
        return Double(pieces.inputTokens) / Double(whole.inputTokens)
    }

    var grade: Grade {
        let answers = [("complete", complete), ("streamed", streamed), ("longer", longer)]
        for (name, answer) in answers {
            if case .fail(let reason) = Grader.usageReported.grade(answer) {
                return .fail("The \(name) call: \(reason)")
            }
        }
        guard let whole = complete.usage, let pieces = streamed.usage, let long = longer.usage else { return .pass }
        guard agree(whole.inputTokens, pieces.inputTokens) else {
            return .fail(
                "The same request counts \(whole.inputTokens) input tokens complete and \(pieces.inputTokens) streamed."
            )
        }
        guard long.inputTokens > whole.inputTokens else {
            return .fail(
                "The longer request counts \(long.inputTokens) input tokens, no more than the short one's "
                    + "\(whole.inputTokens).")
        }
        // Other words or other thoughts are other tokens.
        let saysTheSame = complete.text == streamed.text && complete.reasoning.isEmpty && streamed.reasoning.isEmpty
        guard !saysTheSame || whole.reasoningTokens ?? 0 > 0 || agree(whole.outputTokens, pieces.outputTokens) else {
            return .fail(
                "The same answer counts \(whole.outputTokens) output tokens complete and \(pieces.outputTokens) streamed."
            )
        }
        return .pass
    }

    private func agree(_ one: Int, _ other: Int) -> Bool {
        Double(abs(one - other)) <= max(1, Double(max(one, other)) * tolerance)
    }
}
