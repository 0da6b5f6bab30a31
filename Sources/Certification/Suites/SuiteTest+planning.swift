import Contracts

extension SuiteTest {
    /// The calls that the test makes when all goes well; one that it repeats without a refused parameter is not among
    /// them.
    package func plan(for facts: ModelFacts) -> [PlannedCall] {
        let single = calls.first.map { PlannedCall($0.request, of: id) }
        switch procedure {
        case .conversation: return plannedConversation.repeated(max(1, repeats))
        case .determinism(let times), .latency(let times): return [single].compactMap(\.self).repeated(times)
        case .usage: return (calls.prefix(1) + calls.prefix(2)).map { PlannedCall($0.request, of: id) }
        case .ramp(let clients, let calls):
            return [single].compactMap(\.self).repeated(clients.reduce(0) { $0 + max($1, calls) })
        case .longContext(let setting):
            let plan = LongContextPlan(setting, facts: facts)
            return
                ([Int](repeating: plan.words, count: setting.depths.count) + [plan.overLimitWords].compactMap(\.self))
                .compactMap { words in
                    single.map { $0.longer(byTokens: words * 3 / 2) }
                }
        }
    }

    /// A call that continues carries what was said before.
    private var plannedConversation: [PlannedCall] {
        var (history, limit) = (0, 0)
        return calls.map { call in
            var planned = PlannedCall(call.request, of: id)
            if call.continues {
                let result = call.toolResult?.utf8.count ?? 0
                planned.inputTokens += history + result / 4
                planned.inputTokenLimit += limit + result
            }
            history = planned.inputTokens + planned.outputTokenLimit
            limit = planned.inputTokenLimit + planned.outputTokenLimit
            return planned
        }
    }
}

extension PlannedCall {
    fileprivate init(_ request: ModelRequest, of test: TestID) {
        self.init(
            test: test, inputTokens: request.estimatedInputTokens, inputTokenLimit: request.inputTokenLimit,
            outputTokenLimit: request.maxTokens)
    }

    // Filler is made of short English words, which no tokenizer splits into more than its letters.
    fileprivate func longer(byTokens tokens: Int) -> PlannedCall {
        var call = self
        call.inputTokens += tokens
        call.inputTokenLimit += tokens * 4
        return call
    }
}

extension [PlannedCall] {
    fileprivate func repeated(_ times: Int) -> [PlannedCall] { (0..<times).flatMap { _ in self } }
}
