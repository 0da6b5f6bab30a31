import Certification
import Contracts

/// A capable model that thinks before it speaks, longer than the suites' limits on output tokens.
struct ThinkingModel: Sendable {
    enum Way: Sendable, CaseIterable {
        case aloud
        /// Only the count of its tokens tells.
        case counted
        /// Not even that.
        case secretly
        /// As OpenAI: refuses a call whose limit the thought has used up.
        case refusing
    }

    static let thoughtTokens = 1_200

    var way: Way

    func respond(to call: ScriptedProvider.Call) -> Result<ModelAnswer, ProviderError> {
        CapableModel.respond(to: call).flatMap { answer in
            let limit = call.request.maxTokens
            guard limit > Self.thoughtTokens else {
                guard way != .refusing else { return .failure(.sample(.emptyResponse)) }
                return .success(thinking(limit, before: answer.unfinished))
            }
            return .success(thinking(Self.thoughtTokens, before: answer))
        }
    }

    private func thinking(_ tokens: Int, before answer: ModelAnswer) -> ModelAnswer {
        answer.with { answer in
            if way == .aloud { answer.reasoning = "What is asked here?" }
            guard let usage = answer.usage else { return }
            answer.usage = TokenUsage(
                inputTokens: usage.inputTokens, outputTokens: usage.outputTokens + tokens,
                totalTokens: usage.totalTokens + tokens, reasoningTokens: way == .secretly ? nil : tokens)
        }
    }
}

extension ModelAnswer {
    /// Before it said anything.
    fileprivate var unfinished: ModelAnswer {
        with { answer in
            (answer.text, answer.toolCalls, answer.chunks) = ("", [], [])
            answer.stopReason = .maxTokens
            answer.usage = answer.usage.map {
                TokenUsage(inputTokens: $0.inputTokens, outputTokens: 0, totalTokens: $0.inputTokens)
            }
        }
    }
}
