import Certification

/// What an error's words tell beside its category.
enum ChatErrorFacts {
    /// The limit of output tokens, or of the context, that a text names; nil when it names none.
    static func limit(in message: String, _ category: ErrorCategory) -> Int? {
        let text = message.lowercased().replacing(",", with: "")
        switch category {
        case .maxTokensCap:
            return room(in: message)
                ?? text.firstMatch(of: /at most (\d{1,12}) (?:completion|output) tokens/).flatMap { Int($0.1) }
                ?? text.firstMatch(of: /less than or equal to [`']?(\d{1,12})/).flatMap { Int($0.1) }
                ?? text.firstMatch(of: /> (\d{1,12})/).flatMap { Int($0.1) }
        case .contextLength:
            return text.firstMatch(of: /maximum context length (?:is|of) (\d{1,12})/).flatMap { Int($0.1) }
                ?? text.firstMatch(of: /(\d{1,12}) (?:tokens )?maximum/).flatMap { Int($0.1) }
                ?? text.firstMatch(of: /context (?:size|window|length)[^0-9]{0,30}(\d{1,12})/).flatMap { Int($0.1) }
        default: return nil
        }
    }

    /// What a request's own tokens leave of the context, which vLLM tells when more output is asked for; nil when the text
    /// is about something else.
    static func room(in message: String) -> Int? {
        let text = message.lowercased().replacing(",", with: "")
        guard let match = text.firstMatch(of: /context length is (\d{1,12}) tokens and your request has (\d{1,12})/),
            let context = Int(match.1), let input = Int(match.2), context > input
        else { return nil }
        return context - input
    }

    /// Whether what is too long is so for the account's minute, or for what stands before the server, and not for the model.
    static func isLimitOfAccess(_ message: String, httpStatus: Int?) -> Bool {
        let text = message.lowercased()
        if text.contains("per min") || text.contains("(tpm)") { return true }
        let isAboutContext = ["context", "prompt", "input", "token"].contains { text.contains($0) }
        return httpStatus == 413 && !isAboutContext
    }

    /// The parameters that a text refuses. Of two that it refuses together, each alone is welcome.
    static func refusedParameters(in message: String, _ category: ErrorCategory) -> [Capability] {
        guard category == .parameterUnsupported else { return [] }
        let text = message.lowercased()
        if text.contains("cannot both be specified") { return [.temperatureWithTopP] }
        var refused: [Capability] = []
        if text.contains("temperature") { refused.append(.temperature) }
        if text.contains("top_p") { refused.append(.topP) }
        if text.contains(/["'`.(: ]stop["'`):]|param: stop\b/) { refused.append(.stopSequences) }
        if text.contains("system role") || text.contains("system message") || text.contains("system prompt")
            || text.contains("'system'") || text.contains("developer instruction")
        {
            refused.append(.systemPrompt)
        }
        return refused
    }
}
