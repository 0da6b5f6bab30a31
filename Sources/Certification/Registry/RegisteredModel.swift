package import Contracts

/// A model that the registry knows.
package struct RegisteredModel: Sendable, Hashable {
    /// What a model takes in and gives out.
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case chat
        case speechToSpeech = "speech_to_speech"
        case audioText = "audio_text"
        case videoText = "video_text"
        case rerank
        case safetyClassifier = "safety_classifier"
        /// What it takes in or gives out is no text, or nobody says.
        case other
    }

    /// Who says that the model is there.
    package enum Source: String, Sendable, Hashable, Codable, CaseIterable {
        case builtIn = "built-in"
        /// The operator's file.
        case configured
        /// Only its provider's control plane, so that what that does not tell is unknown.
        case synced
    }

    /// What the model is declared to do or not to do; nil where nobody says.
    package struct Capabilities: Sendable, Hashable {
        package var streaming: Bool?
        package var vision: Bool?
        package var functionCalling: Bool?
        /// What the provider's documentation names beside these.
        package var others: Set<Capability>
        /// Answers that follow a JSON Schema.
        package var structuredOutput: Bool?
        package var systemPrompt: Bool?
        package var stopSequences: Bool?

        package init(
            streaming: Bool?, vision: Bool?, functionCalling: Bool?, structuredOutput: Bool? = nil,
            systemPrompt: Bool? = nil, stopSequences: Bool? = nil, others: Set<Capability> = []
        ) {
            self.streaming = streaming
            self.vision = vision
            self.functionCalling = functionCalling
            self.structuredOutput = structuredOutput
            self.systemPrompt = systemPrompt
            self.stopSequences = stopSequences
            self.others = others
        }
    }

    /// Who serves it.
    package var provider = ProviderID.bedrock
    package var id: ModelID
    package var vendor: Vendor
    package var name: String
    package var kind: Kind
    package var capabilities: Capabilities
    /// In tokens; nil when nobody knows.
    package var contextWindow: Int?
    /// In tokens; nil when nobody knows.
    package var maxOutputTokens: Int?
    /// Whether the limits are placeholders that nobody has checked with the vendor.
    package var limitsAreGuessed: Bool
    /// Whether the plain id is refused and an inference profile has to be called, where no region says otherwise.
    package var requiresInferenceProfile: Bool
    /// Other ids of the same model, such as the context variants `…:0:24k`.
    package var aliases: [ModelID]
    /// Where the model stands in its life, as far as its provider says; nil when nobody has asked.
    package var lifecycle: ModelLifecycle?
    /// Which promises of speed it is held to; nil when nobody says.
    package var serviceClass: ServiceClass?
    package var source = Source.builtIn
    /// What the regions that have told their models say of this one.
    package var offers: [Region: RegionalOffer] = [:]

    /// What the model is declared to do or not to do, by the names that tests observe; what nobody says is absent.
    package var declarations: [Capability: Bool] {
        var declared = Dictionary(uniqueKeysWithValues: capabilities.others.map { ($0, true) })
        let said: [(Capability, Bool?)] = [
            (.streaming, capabilities.streaming), (.vision, capabilities.vision),
            (.tools, capabilities.functionCalling), (.structuredOutput, capabilities.structuredOutput),
            (.systemPrompt, capabilities.systemPrompt), (.stopSequences, capabilities.stopSequences),
            // Who streams and has tools may still not have them together: only that it streams nothing is certain.
            (.streamingTools, capabilities.streaming == false ? false : nil),
        ]
        for (capability, isThere) in said { if let isThere { declared[capability] = isThere } }
        return declared
    }

    /// What the model is declared to do.
    package var declaredCapabilities: Set<Capability> { Set(declarations.filter(\.value).keys) }

    /// Whether its provider is configured, so that it can be called.
    package var isProviderConfigured = true

    /// The name that no other model of the registry has: the id of a model of Bedrock, else `provider/id`.
    package var address: ModelID { ModelID(id, of: provider) }

    /// Whether the model can be called and the suites can test it: they talk to it in text.
    package var isCertifiable: Bool { kind == .chat && isProviderConfigured }

    /// Why the model can't be certified, in a sentence; nil when it can.
    package var unsupportedReason: String? {
        guard isProviderConfigured else { return "The provider \(provider) of \(name) is not configured." }
        return switch kind {
        case .chat: nil
        case .speechToSpeech: "\(name) is a speech-to-speech model; only chat models can be certified."
        case .audioText: "\(name) takes audio; only chat models can be certified."
        case .videoText: "\(name) takes video; only chat models can be certified."
        case .rerank: "\(name) ranks documents; only chat models can be certified."
        case .safetyClassifier: "\(name) classifies content for safety; only chat models can be certified."
        case .other: "\(name) is not known to talk in text; only chat models can be certified."
        }
    }
}

extension ModelID {
    /// The address of a provider's model.
    package init(_ id: ModelID, of provider: ProviderID) {
        self.init(provider == .bedrock ? id.rawValue : "\(provider)/\(id)")
    }
}

extension Target {
    /// The address of its model.
    package var address: ModelID { ModelID(model, of: provider) }
}

/// A region in which models are certified.
package struct RegisteredRegion: Sendable, Hashable, Codable {
    package var id: Region
    /// For example `N. Virginia`.
    package var name: String

    package init(id: Region, name: String) {
        self.id = id
        self.name = name
    }
}
