import Contracts

/// The registry as `registry.json` spells it: compact, because it is compiled into the program.
struct RegistryFile: Decodable {
    var provider: ProviderID
    var regions: [RegisteredRegion]
    /// The prefix of inference profiles by the region's first word, for example `ap` to `apac`.
    var profilePrefixes: [String: String]
    var models: [Model]

    /// A flag that is absent is false; `streaming` alone is true unless it says otherwise.
    struct Model: Decodable {
        var id: ModelID
        var vendor: Vendor
        var name: String
        var kind: RegisteredModel.Kind?
        var context: Int
        var output: Int
        var guessed: Bool?
        var streaming: Bool?
        var vision: Bool?
        var tools: Bool?
        var profile: Bool?
        var aliases: [ModelID]?
        /// Capabilities that have no flag of their own.
        var also: Set<Capability>?
        var serviceClass: ServiceClass?
    }
}

extension RegisteredModel {
    init(_ entry: RegistryFile.Model) {
        self.init(
            id: entry.id, vendor: entry.vendor, name: entry.name, kind: entry.kind ?? .chat,
            capabilities: Capabilities(
                streaming: entry.streaming ?? true, vision: entry.vision ?? false,
                functionCalling: entry.tools ?? false, others: entry.also ?? []),
            contextWindow: entry.context, maxOutputTokens: entry.output, limitsAreGuessed: entry.guessed ?? false,
            requiresInferenceProfile: entry.profile ?? false, aliases: entry.aliases ?? [],
            serviceClass: entry.serviceClass)
    }
}
