import Certification
import Contracts

/// A model of the registry as clients see it.
struct ModelBody: Sendable, Encodable {
    struct Capabilities: Sendable, Encodable {
        var streaming: Bool
        var vision: Bool
        var functionCalling: Bool
    }

    var id: String
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

    init(_ model: RegisteredModel) {
        id = model.id.rawValue
        name = model.name
        vendor = model.vendor.rawValue
        kind = model.kind
        certifiable = model.isCertifiable
        unsupportedReason = model.unsupportedReason
        capabilities = Capabilities(
            streaming: model.capabilities.streaming, vision: model.capabilities.vision,
            functionCalling: model.capabilities.functionCalling)
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
    }

    var regions: [Region]

    init(_ regions: [RegisteredRegion]) {
        self.regions = regions.map { Region(id: $0.id.rawValue, name: $0.name) }
    }
}
