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
    }

    /// What the model is declared to do.
    package struct Capabilities: Sendable, Hashable {
        package var streaming: Bool
        package var vision: Bool
        package var functionCalling: Bool
        /// What the provider's documentation names beside these.
        package var others: Set<Capability> = []
    }

    package var id: ModelID
    package var vendor: Vendor
    package var name: String
    package var kind: Kind
    package var capabilities: Capabilities
    /// In tokens.
    package var contextWindow: Int
    /// In tokens.
    package var maxOutputTokens: Int
    /// Whether the limits are placeholders that nobody has checked with the vendor.
    package var limitsAreGuessed: Bool
    /// Whether the plain id is refused and an inference profile has to be called.
    package var requiresInferenceProfile: Bool
    /// Other ids of the same model, such as the context variants `…:0:24k`.
    package var aliases: [ModelID]
    /// Where the model stands in its life, as far as its provider says; nil when nobody has asked.
    package var lifecycle: ModelLifecycle?
    /// Which promises of speed it is held to; nil when nobody says.
    package var serviceClass: ServiceClass?

    /// What the model is declared to do, by the names that tests observe.
    package var declaredCapabilities: Set<Capability> {
        var declared = capabilities.others
        if capabilities.streaming { declared.insert(.streaming) }
        if capabilities.vision { declared.insert(.vision) }
        if capabilities.functionCalling { declared.insert(.tools) }
        return declared
    }

    /// Whether the suites can test the model: they talk to it in text.
    package var isCertifiable: Bool { kind == .chat }

    /// Why the model can't be certified, in a sentence; nil when it can.
    package var unsupportedReason: String? {
        switch kind {
        case .chat: nil
        case .speechToSpeech: "\(name) is a speech-to-speech model; only chat models can be certified."
        case .audioText: "\(name) takes audio; only chat models can be certified."
        case .videoText: "\(name) takes video; only chat models can be certified."
        case .rerank: "\(name) ranks documents; only chat models can be certified."
        case .safetyClassifier: "\(name) classifies content for safety; only chat models can be certified."
        }
    }
}

/// A region in which models are certified.
package struct RegisteredRegion: Sendable, Hashable, Codable {
    package var id: Region
    /// For example `N. Virginia`.
    package var name: String
}
