import Certification
import Contracts

/// A model of the registry as clients see it.
struct ModelBody: Sendable, Encodable {
    struct Capabilities: Sendable, Encodable {
        var streaming: Bool
        /// Absent when nobody says; so are those below.
        var vision: Bool?
        var functionCalling: Bool?
        var structuredOutput: Bool?
        var systemPrompt: Bool?
        var stopSequences: Bool?
    }

    /// The provider's id of the model.
    var id: String
    /// What requests may name it by, which no other model has.
    var address: String
    var provider: String
    /// The regions in which its provider can be asked.
    var regions: [String]
    var name: String
    var vendor: String
    var kind: RegisteredModel.Kind
    var certifiable: Bool
    /// Why the model cannot be certified; absent when it can.
    var unsupportedReason: String?
    var capabilities: Capabilities
    /// In tokens.
    var contextWindow: Int
    /// In tokens.
    var maxOutputTokens: Int
    /// Whether the limits are placeholders that nobody has checked with the vendor.
    var limitsAreGuessed: Bool
    var requiresInferenceProfile: Bool
    /// Other ids that stand for the same model.
    var aliases: [String]

    init(_ model: RegisteredModel, in registry: ModelRegistry) {
        id = model.id.rawValue
        address = model.address.rawValue
        provider = model.provider.rawValue
        regions = registry.provider(model.provider)?.regions.map(\.id.rawValue) ?? []
        name = model.name
        vendor = model.vendor.rawValue
        kind = model.kind
        certifiable = model.isCertifiable
        unsupportedReason = model.unsupportedReason
        capabilities = Capabilities(
            streaming: model.capabilities.streaming, vision: model.capabilities.vision,
            functionCalling: model.capabilities.functionCalling,
            structuredOutput: model.capabilities.structuredOutput, systemPrompt: model.capabilities.systemPrompt,
            stopSequences: model.capabilities.stopSequences)
        contextWindow = model.contextWindow
        maxOutputTokens = model.maxOutputTokens
        limitsAreGuessed = model.limitsAreGuessed
        requiresInferenceProfile = model.requiresInferenceProfile
        aliases = model.aliases.map(\.rawValue)
    }
}

/// All models that match, by id.
struct ModelListBody: Sendable, Encodable {
    var models: [ModelBody]
}

/// All regions.
struct RegionListBody: Sendable, Encodable {
    struct Region: Sendable, Encodable {
        var id: String
        var name: String
        /// Those that have it.
        var providers: [String]
    }

    var regions: [Region]

    init(_ registry: ModelRegistry) {
        regions = registry.regions.map { region in
            Region(
                id: region.id.rawValue, name: region.name,
                providers: registry.providers.filter { $0.regions.contains { $0.id == region.id } }.map(\.id.rawValue))
        }
    }
}
