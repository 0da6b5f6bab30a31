import Contracts

extension SuiteTest {
    /// The calls that the test makes when all goes well; one that it makes again because of what the model did not take, or
    /// because it needs room for its thoughts, is not among them.
    ///
    /// - Parameters:
    ///   - facts: what is declared of the model.
    ///   - earlier: the results of the run so far; they tell how the calls are adapted.
    /// - Returns: the calls in the order in which they are made.
    package func plan(for facts: ModelFacts, after earlier: [TestResult] = []) -> [PlannedCall] {
        let planner = CallPlanner(
            test: id, facts: facts, adaptation: RequestAdaptation(for: self, of: facts, after: earlier))
        let single = calls.prefix(1).map(planner.plan)
        switch procedure {
        case .conversation: return planner.conversation(calls).repeated(max(1, repeats))
        case .determinism(let times), .latency(let times): return single.repeated(times)
        case .usage: return (calls.prefix(1) + calls.prefix(2)).map(planner.plan)
        case .ramp(let clients, let calls):
            return single.repeated(clients.reduce(0) { $0 + max($1, calls) })
        case .longContext(let setting):
            let plan = LongContextPlan(setting, facts: facts)
            return
                ([Int](repeating: plan.words, count: setting.depths.count) + [plan.overLimitWords].compactMap(\.self))
                .flatMap { words in
                    single.map { planner.longer($0, byTokens: words * 3 / 2) }
                }
        }
    }
}

/// Reckons the sizes of one test's calls.
private struct CallPlanner {
    let test: TestID
    let facts: ModelFacts
    let adaptation: RequestAdaptation

    func plan(_ call: TestCall) -> PlannedCall {
        let sent = call.expectation.wantsRefusal ? call.request : adaptation.adapted(call.request, for: call)
        return PlannedCall(
            test: test, inputTokens: sent.estimatedInputTokens,
            inputTokenLimit: sent.inputTokenLimit(within: facts.contextWindow), outputTokenLimit: sent.maxTokens,
            outputTokenCeiling: max(
                sent.maxTokens, ThinkingRoom(for: facts).limit(for: call, asking: call.request.maxTokens)))
    }

    /// A call that continues carries what was said before, without what was thought.
    func conversation(_ calls: [TestCall]) -> [PlannedCall] {
        var (history, limit) = (0, 0)
        return calls.map { call in
            var planned = plan(call)
            if call.continues {
                let result = call.toolResult?.utf8.count ?? 0
                planned.inputTokens += history + result / 4
                planned.inputTokenLimit = bounded(planned.inputTokenLimit + limit + result)
            }
            history = planned.inputTokens + call.request.maxTokens
            limit = planned.inputTokenLimit + planned.outputTokenCeiling
            return planned
        }
    }

    // Filler is made of short English words, which no tokenizer splits into more than its letters.
    func longer(_ call: PlannedCall, byTokens tokens: Int) -> PlannedCall {
        var call = call
        call.inputTokens = bounded(call.inputTokens + tokens)
        call.inputTokenLimit = bounded(call.inputTokenLimit + tokens * 4)
        return call
    }

    private func bounded(_ tokens: Int) -> Int { min(tokens, facts.contextWindow ?? .max) }
}

extension [PlannedCall] {
    fileprivate func repeated(_ times: Int) -> [PlannedCall] { (0..<times).flatMap { _ in self } }
}
