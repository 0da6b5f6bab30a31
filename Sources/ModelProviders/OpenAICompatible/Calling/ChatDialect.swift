import Certification
import Contracts
import Synchronization

/// Where servers that call themselves compatible differ in what they take.
struct ChatDialect: Sendable, Hashable {
    enum TokenLimitName: String, Sendable {
        case maxTokens = "max_tokens"
        /// What OpenAI's reasoning models want instead.
        case maxCompletionTokens = "max_completion_tokens"
    }

    var tokenLimitName = TokenLimitName.maxTokens
    /// Whether a streamed call asks for usage.
    var asksForStreamUsage = true

    /// The dialect that a refusal asks for; nil when it is about something else.
    func adapted(to error: ProviderError, isStreamed: Bool) -> ChatDialect? {
        guard [400, 422].contains(error.httpStatus),
            [.parameterUnsupported, .capabilityUnsupported, .validation].contains(error.category)
        else { return nil }
        let text = error.message.lowercased()
        var other = self
        if isStreamed, asksForStreamUsage, text.contains("stream_options") || text.contains("include_usage") {
            other.asksForStreamUsage = false
            return other
        }
        switch tokenLimitName {
        case .maxTokens
        where text.contains("max_completion_tokens")
            || error.category == .parameterUnsupported && text.contains("max_tokens"):
            other.tokenLimitName = .maxCompletionTokens
        case .maxCompletionTokens where text.contains("max_completion_tokens"):
            other.tokenLimitName = .maxTokens
        default: return nil
        }
        return other
    }
}

/// The dialects that endpoints turned out to speak, shared by all calls of a provider.
///
/// Both differences are remembered of the target alone: behind one address a router calls many servers.
final class ChatDialects: Sendable {
    private struct Known {
        var withoutStreamUsage: Set<Target> = []
        var tokenLimitNames: [Target: ChatDialect.TokenLimitName] = [:]
    }

    private let known = Mutex(Known())

    func dialect(of target: Target) -> ChatDialect {
        known.withLock { known in
            ChatDialect(
                tokenLimitName: known.tokenLimitNames[target] ?? .maxTokens,
                asksForStreamUsage: !known.withoutStreamUsage.contains(target))
        }
    }

    /// Keeps what a call has proved by succeeding.
    func remember(_ dialect: ChatDialect, of target: Target) {
        known.withLock { known in
            known.tokenLimitNames[target] = dialect.tokenLimitName
            if !dialect.asksForStreamUsage { known.withoutStreamUsage.insert(target) }
        }
    }
}
