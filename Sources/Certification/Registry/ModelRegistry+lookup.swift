package import Contracts

/// What a name that someone wrote stands for.
package enum ModelLookup: Sendable, Hashable {
    case found(RegisteredModel)
    /// Several providers have it: their models' addresses.
    case ambiguous([ModelID])
    case unknown
}

extension ModelRegistry {
    /// The model that a name stands for; nil when there is none, or more than one.
    package func model(_ name: ModelID) -> RegisteredModel? {
        if case .found(let model) = lookUp(name) { model } else { nil }
    }

    /// Finds a model by its address `provider/id`; by id, alias or inference profile id (`us.anthropic.…`) alone where only
    /// one provider has it.
    ///
    /// The address goes first, so that each model has a name that is its own: `openai/gpt-oss-20b` is OpenAI's, though
    /// another provider may have a model with that id. A model of a well-known provider that is not configured is found
    /// too, as one that can't be called.
    package func lookUp(_ name: ModelID) -> ModelLookup {
        let address = Self.split(name, at: "/")
        if let (provider, id) = address, let model = named(id, of: ProviderID(provider)) { return .found(model) }
        let found = catalogues.compactMap { named(name, of: $0.provider.id) }
        if found.count == 1 { return .found(found[0]) }
        if found.count > 1 { return .ambiguous(found.map { ModelID("\($0.provider)/\($0.id)") }) }
        if let (provider, id) = address, let known = WellKnownProvider(rawValue: String(provider)),
            self.provider(known.id) == nil, let model = RegisteredModel(unconfigured: id, of: known)
        {
            return .found(model)
        }
        return .unknown
    }

    private func named(_ name: ModelID, of provider: ProviderID) -> RegisteredModel? {
        if let model = model(name, of: provider) { return model }
        guard self.provider(provider)?.kind == .bedrock, let (prefix, id) = Self.split(name, at: "."),
            Self.profilePrefixes.contains(prefix)
        else { return nil }
        return model(id, of: provider)
    }

    /// The prefixes that AWS gives to inference profiles.
    private static let profilePrefixes: Set<Substring> = ["us", "us-gov", "eu", "apac", "jp", "au", "ca", "global"]

    private static func split(_ name: ModelID, at separator: Character) -> (first: Substring, rest: ModelID)? {
        guard let index = name.rawValue.firstIndex(of: separator) else { return nil }
        return (name.rawValue[..<index], ModelID(name.rawValue[name.rawValue.index(after: index)...]))
    }
}

extension RegisteredModel {
    /// A model of which nothing is known but that its provider is not configured; nil when the id can't be one.
    fileprivate init?(unconfigured id: ModelID, of provider: WellKnownProvider) {
        guard id.isWellFormed else { return nil }
        self.init(
            provider: provider.id, id: id, vendor: Vendor(provider.rawValue), name: id.rawValue, kind: .chat,
            capabilities: Capabilities(streaming: true, vision: nil, functionCalling: nil), contextWindow: 1,
            maxOutputTokens: 1, limitsAreGuessed: true, requiresInferenceProfile: false, aliases: [],
            isProviderConfigured: false)
    }
}

extension ModelID {
    /// Whether it can be a model's: 1 to 200 printable ASCII characters without spaces.
    package var isWellFormed: Bool {
        (1...200).contains(rawValue.utf8.count) && rawValue.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}
