import Contracts

/// Something that a model or its endpoint can or cannot do, by a name in kebab case, for example `streaming-tools`.
///
/// The known ones are constants; a suite may observe others.
package struct Capability: NameIdentifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let streaming: Capability = "streaming"
    package static let systemPrompt: Capability = "system-prompt"
    package static let tools: Capability = "tools"
    /// Tools in a streamed call: not the same as streaming and tools.
    package static let streamingTools: Capability = "streaming-tools"
    package static let structuredOutput: Capability = "structured-output"
    package static let vision: Capability = "vision"
    package static let stopSequences: Capability = "stop-sequences"
    package static let temperature: Capability = "temperature"
    package static let topP: Capability = "top-p"
    package static let temperatureWithTopP: Capability = "temperature-with-top-p"
    package static let longContext: Capability = "long-context"
    /// Thoughts between `<think>` and `</think>` in the visible text, which callers have to take out themselves.
    package static let reasoningInText: Capability = "reasoning-in-text"
    /// Usage at the end of a stream.
    package static let streamUsage: Capability = "stream-usage"
    /// Bedrock's common format of conversations; without it the vendor's own is used.
    package static let converse: Capability = "converse"
}

extension Capability: CodingKeyRepresentable {}
