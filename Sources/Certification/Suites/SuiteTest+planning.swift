import Contracts

/// A call that a test is going to make, by its size.
package struct PlannedCall: Sendable, Hashable {
    /// Estimated.
    package var inputTokens: Int
    /// The limit that the request sets: what a provider reserves.
    package var outputTokens: Int

    package init(inputTokens: Int, outputTokens: Int) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }
}

extension SuiteTest {
    /// The calls that the test makes when all goes well; one that it repeats without a refused parameter is not among
    /// them.
    package func plan(for facts: ModelFacts) -> [PlannedCall] {
        let single = calls.first.map { PlannedCall($0.request) }
        switch procedure {
        case .conversation: return plannedConversation.repeated(max(1, repeats))
        case .determinism(let times), .latency(let times): return [single].compactMap(\.self).repeated(times)
        case .usage: return (calls.prefix(1) + calls.prefix(2)).map { PlannedCall($0.request) }
        case .ramp(let clients, let calls):
            return [single].compactMap(\.self).repeated(clients.reduce(0) { $0 + max($1, calls) })
        case .longContext(let setting):
            let plan = LongContextPlan(setting, facts: facts)
            return
                ([Int](repeating: plan.words, count: setting.depths.count) + [plan.overLimitWords].compactMap(\.self))
                .compactMap { words in
                    single.map {
                        PlannedCall(inputTokens: $0.inputTokens + words * 3 / 2, outputTokens: $0.outputTokens)
                    }
                }
        }
    }

    /// A call that continues carries what was said before.
    private var plannedConversation: [PlannedCall] {
        var history = 0
        return calls.map { call in
            var planned = PlannedCall(call.request)
            if call.continues {
                planned.inputTokens += history + (call.toolResult?.utf8.count ?? 0) / 4
            }
            history = planned.inputTokens + planned.outputTokens
            return planned
        }
    }
}

extension PlannedCall {
    fileprivate init(_ request: ModelRequest) {
        self.init(inputTokens: request.estimatedInputTokens, outputTokens: request.maxTokens)
    }
}

extension [PlannedCall] {
    fileprivate func repeated(_ times: Int) -> [PlannedCall] { (0..<times).flatMap { _ in self } }
}

extension ModelRequest {
    /// Four bytes to a token, as tokenizers of today need for English, a little for each message's frame, and for an image
    /// what a large one costs.
    package var estimatedInputTokens: Int {
        let text = messages.reduce(system?.utf8.count ?? 0) { $0 + $1.estimatedBytes }
        let schemas = tools.map(\.schema) + [responseSchema?.schema].compactMap(\.self)
        let definitions = schemas.reduce(0) { $0 + $1.lines().reduce(0) { $0 + $1.utf8.count } }
        return (text + definitions) / 4 + 8 * (messages.count + tools.count + 1)
    }
}

extension ModelMessage {
    /// As bytes of text.
    fileprivate var estimatedBytes: Int {
        content.reduce(0) { sum, block in
            switch block {
            case .text(let text): sum + text.utf8.count
            case .image: sum + 6_400
            case .document(let name, _, let data): sum + name.utf8.count + data.count
            case .toolCall(let call): sum + call.name.utf8.count + call.arguments.utf8.count
            case .toolResult(_, let text): sum + text.utf8.count
            }
        }
    }
}
