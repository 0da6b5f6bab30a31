import Contracts

extension TestSession {
    /// Makes the calls one after another until one does not bring what it must, as often as the test repeats.
    mutating func converse() async {
        let repeats = max(1, test.repeats)
        guard repeats > 1 else { return await makeCalls() }
        var passes = 0
        var failure: TestConclusion.Reached?
        for _ in 0..<repeats {
            await makeCalls()
            switch conclusion.outcome {
            case .pass: passes += 1
            // Trouble ends the test, and what the model lacks it will lack the next time.
            case .error, .skipped: return
            case .fail, .noAnswer, .graderError: failure = failure ?? conclusion.reached
            }
            conclusion.reopen()
        }
        conclusion.measure("repeats", Double(repeats))
        conclusion.measure("repeats-passed", Double(passes))
        conclusion.measure("pass-rate", Double(passes) / Double(repeats))
        conclusion.measure("pass-at-k", passes > 0 ? 1 : 0)
        conclusion.measure("pass-all-k", passes == repeats ? 1 : 0)
        let count = "\(passes) of \(repeats) repeats passed."
        guard let failure, !test.passRule.isSatisfied(by: passes, of: repeats) else {
            conclusion.explain(count)
            return
        }
        conclusion.restore(failure, adding: count)
    }

    private mutating func makeCalls() async {
        var history: [ModelMessage] = []
        var pending: [ToolCall] = []
        for call in test.calls {
            var request = call.request
            if call.continues { request.messages = history + call.turn(answering: pending) }
            guard let answer = await perform(call, sending: request) else {
                // A refusal that was wanted is no end; there is only nothing to go on from.
                guard conclusion.outcome == .pass else { return }
                continue
            }
            history = request.messages + [answer.turn]
            pending = answer.toolCalls
        }
    }
}

extension TestCall {
    /// What is said next: what the tools returned, if that is what the call is about, and its own messages.
    fileprivate func turn(answering toolCalls: [ToolCall]) -> [ModelMessage] {
        guard let toolResult else { return request.messages }
        let results = toolCalls.map { ContentBlock.toolResult(callID: $0.id, text: toolResult) }
        guard !results.isEmpty else { return request.messages }
        return [ModelMessage(role: .user, content: results)] + request.messages
    }
}

extension ModelAnswer {
    /// The answer as a turn of the conversation.
    fileprivate var turn: ModelMessage {
        let said = text.isBlank && !toolCalls.isEmpty ? [] : [ContentBlock.text(text)]
        return ModelMessage(role: .assistant, content: said + toolCalls.map(ContentBlock.toolCall))
    }
}
