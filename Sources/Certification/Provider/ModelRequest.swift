/// What to ask a model. A parameter that is nil is not sent.
package struct ModelRequest: Sendable, Hashable, Codable {
    package var system: String?
    /// Starts with a user's message; roles alternate.
    package var messages: [ModelMessage]
    /// Always explicit: an unset limit reserves the model's maximum against the quota.
    package var maxTokens: Int
    /// 0–1.
    package var temperature: Double?
    /// 0–1.
    package var topP: Double?
    package var stopSequences: [String]
    package var tools: [ToolDefinition]
    /// Nil leaves it to the provider's default; without tools it is not sent.
    package var toolChoice: ToolChoice?
    package var responseSchema: ResponseSchema?

    package init(
        system: String? = nil, messages: [ModelMessage], maxTokens: Int, temperature: Double? = nil,
        topP: Double? = nil, stopSequences: [String] = [], tools: [ToolDefinition] = [],
        toolChoice: ToolChoice? = nil, responseSchema: ResponseSchema? = nil
    ) {
        self.system = system
        self.messages = messages
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.topP = topP
        self.stopSequences = stopSequences
        self.tools = tools
        self.toolChoice = toolChoice
        self.responseSchema = responseSchema
    }
}
