package import Contracts
package import Foundation

/// Who serves models, as the registry knows it.
package struct RegisteredProvider: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case bedrock
        case openAICompatible = "openai-compatible"
    }

    package var id: ProviderID
    package var kind: Kind
    /// For people, for example `OpenAI`.
    package var name: String
    /// In the order in which they are listed; at least one.
    package var regions: [RegisteredRegion]
    /// Whether its models may be called; the others' targets end UNSUPPORTED before any call.
    package var isConfigured: Bool

    package init(
        id: ProviderID, kind: Kind, name: String, regions: [RegisteredRegion], isConfigured: Bool = true
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.regions = regions
        self.isConfigured = isConfigured
    }
}

/// What one provider offers: a part of the registry.
package struct ProviderCatalogue: Sendable, Hashable {
    package var provider: RegisteredProvider
    /// Each with this provider as its own.
    package var models: [RegisteredModel]
    /// Of Bedrock only: the prefix of inference profiles by the region's first word, for example `ap` to `apac`.
    package var profilePrefixes: [String: String]
    /// When each region told its models; one that is not here never did.
    package var listedAt: [Region: Date] = [:]

    package init(
        provider: RegisteredProvider, models: [RegisteredModel], profilePrefixes: [String: String] = [:]
    ) {
        self.provider = provider
        self.models = models
        self.profilePrefixes = profilePrefixes
    }

    /// Leaves everything known and nothing callable.
    mutating func turnOff() {
        provider.isConfigured = false
        for index in models.indices { models[index].isProviderConfigured = false }
    }
}

extension Region {
    /// The one region of a provider that has no regions.
    package static let global: Region = "global"
}

/// Providers that many people use and that have to be configured before their models can be called.
///
/// Naming one of them that is not configured is a wish that can't be met yet, not a mistake.
package enum WellKnownProvider: String, Sendable, CaseIterable {
    case openai, groq, huggingface, openrouter, together, vllm, ollama

    package var name: String {
        switch self {
        case .openai: "OpenAI"
        case .groq: "Groq"
        case .huggingface: "Hugging Face"
        case .openrouter: "OpenRouter"
        case .together: "Together AI"
        case .vllm: "vLLM"
        case .ollama: "Ollama"
        }
    }

    package var id: ProviderID { ProviderID(rawValue) }
}
