import Contracts

extension TestSession {
    /// Makes the calls one after another until one does not bring what it must, as often as the test repeats. Repeats that
    /// an earlier try finished are not made again.
    mutating func converse() async {
        let count = max(1, test.repeats)
        guard count > 1 else { return await makeCalls() }
        while conclusion.repeats.count < count {
            await makeCalls()
            switch conclusion.outcome {
            // Trouble ends the try, and what the model lacks it will lack the next time.
            case .error, .skipped: return
            case .pass, .fail, .noAnswer, .graderError: conclusion.finishRepeat()
            }
        }
        let passes = conclusion.repeats.count { $0.outcome == .pass }
        conclusion.measure("repeats", Double(count))
        conclusion.measure("repeats-passed", Double(passes))
        conclusion.measure("pass-rate", Double(passes) / Double(count))
        conclusion.measure("pass-at-k", passes > 0 ? 1 : 0)
        conclusion.measure("pass-all-k", passes == count ? 1 : 0)
        let sentence = "\(passes) of \(count) repeats passed."
        guard let failure = conclusion.repeats.first(where: { $0.outcome != .pass }),
            !test.passRule.isSatisfied(by: passes, of: count)
        else { return conclusion.explain(sentence) }
        conclusion.conclude(failure, adding: sentence)
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
