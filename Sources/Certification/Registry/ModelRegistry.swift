package import Contracts
package import Foundation

/// The models and regions that can be asked for, of all providers.
package struct ModelRegistry: Sendable {
    /// What it is made of, in the order in which providers are listed.
    package let catalogues: [ProviderCatalogue]
    /// All models, by id, then by provider.
    package let models: [RegisteredModel]
    /// The regions of all providers, each once, in the order in which they are listed.
    package let regions: [RegisteredRegion]

    private let modelsByProvider: [ProviderID: [ModelID: RegisteredModel]]

    /// The registry that is built into the program: Bedrock's.
    ///
    /// - Throws: `RegistryError` when the built-in file is damaged.
    package static func bundled() throws(RegistryError) -> ModelRegistry {
        try ModelRegistry(parts: [.bundled()])
    }

    /// The built-in registry with the providers of the operator's file.
    ///
    /// - Throws: `RegistryError` when the built-in file is damaged.
    package static func bundled(with providers: ProvidersFile) throws(RegistryError) -> ModelRegistry {
        var bedrock = try ProviderCatalogue.bundled()
        if !providers.isBedrockEnabled { bedrock.turnOff() }
        return try ModelRegistry(parts: [bedrock] + providers.catalogues)
    }

    /// Reads and checks a registry file of one provider.
    ///
    /// - Throws: `RegistryError` when it is no registry, names an id twice or holds a limit that is no positive number.
    package init(json: Data) throws(RegistryError) {
        try self.init(parts: [ProviderCatalogue(json: json)])
    }

    /// Joins what the providers offer.
    ///
    /// - Throws: `RegistryError` when a provider is there twice, names an id or a region twice, or holds a limit that is no
    ///   positive number; and when there is no model or no region at all.
    package init(parts: [ProviderCatalogue]) throws(RegistryError) {
        catalogues = parts
        models = parts.flatMap(\.models).sorted { ($0.id, $0.provider) < ($1.id, $1.provider) }
        var regions: [RegisteredRegion] = []
        var index: [ProviderID: [ModelID: RegisteredModel]] = [:]
        for part in parts {
            let provider = part.provider
            guard index.updateValue(try Self.index(part.models), forKey: provider.id) == nil else {
                throw .duplicateProvider(provider.id)
            }
            guard Set(provider.regions.map(\.id)).count == provider.regions.count else { throw .duplicateRegion }
            regions += provider.regions.filter { region in !regions.contains { $0.id == region.id } }
        }
        modelsByProvider = index
        self.regions = regions
        guard !models.isEmpty, !regions.isEmpty else { throw .empty }
    }

    private static func index(_ models: [RegisteredModel]) throws(RegistryError) -> [ModelID: RegisteredModel] {
        var index: [ModelID: RegisteredModel] = [:]
        for model in models {
            guard model.contextWindow ?? 1 > 0, model.maxOutputTokens ?? 1 > 0 else { throw .invalidLimits(model.id) }
            for id in [model.id] + model.aliases {
                guard index.updateValue(model, forKey: id) == nil else { throw .duplicateModel(id) }
            }
        }
        return index
    }

    package var providers: [RegisteredProvider] { catalogues.map(\.provider) }

    package func provider(_ id: ProviderID) -> RegisteredProvider? { providers.first { $0.id == id } }

    /// The models that the suites can test, by id.
    package var certifiable: [RegisteredModel] { models.filter(\.isCertifiable) }

    /// The makers of the models, by name.
    package var vendors: [Vendor] { Set(models.map(\.vendor)).sorted() }

    package func models(vendor: Vendor) -> [RegisteredModel] { models.filter { $0.vendor == vendor } }

    package func region(_ id: Region) -> RegisteredRegion? { regions.first { $0.id == id } }

    /// The model of this id or alias at a provider; nil when there is none.
    package func model(_ id: ModelID, of provider: ProviderID) -> RegisteredModel? {
        modelsByProvider[provider]?[id]
    }

    /// The model that a target is about; nil when it is none of the registry's.
    package func model(of target: Target) -> RegisteredModel? { model(target.model, of: target.provider) }

    /// What is certified when a model is asked for in a region: through the inference profile of that prefix, or as the
    /// region offers the model.
    package func target(for model: RegisteredModel, in region: Region, profilePrefix: String? = nil) -> Target {
        let asked: InferenceProfileKind? = profilePrefix.map { $0 == "global" ? .global : .geographic }
        return Target(
            provider: model.provider, model: model.id, region: region,
            profile: asked ?? model.profileKind(in: region))
    }

    /// Whether the model's provider has the region. Nobody knows the regions of one that is not configured.
    package func isServed(_ model: RegisteredModel, in region: Region) -> Bool {
        provider(model.provider)?.regions.contains { $0.id == region } ?? true
    }

    /// The id that reaches a target: the plain model id, or its inference profile's, such as `eu.anthropic.…`.
    ///
    /// Nil where the region has told its profiles and has none of that kind, and for a geographic profile in a region whose
    /// profiles are not known and whose geography has no known prefix.
    package func invocationID(for target: Target) -> String? {
        let usual: String? =
            switch target.profile {
            case .inRegion: target.model.rawValue
            case .global: "global.\(target.model)"
            case .geographic: profilePrefix(for: target.region).map { "\($0).\(target.model)" }
            }
        guard target.profile != .inRegion, let offer = model(of: target)?.offers[target.region],
            let listed = offer.profiles(of: target.profile)
        else { return usual }
        return listed.first { $0 == usual } ?? listed.first
    }

    /// The prefix of a region's geographic inference profiles, such as `eu`; nil when none is known.
    package func profilePrefix(for region: Region) -> String? {
        let geography = String(region.rawValue.prefix { $0 != "-" })
        return catalogues.lazy.compactMap { $0.profilePrefixes[geography] }.first
    }
}

/// What is wrong with a registry file.
package enum RegistryError: Error, Hashable, CustomStringConvertible {
    case unreadable(String)
    case empty
    case duplicateModel(ModelID)
    case duplicateRegion
    case duplicateProvider(ProviderID)
    case invalidLimits(ModelID)

    package var description: String {
        switch self {
        case .unreadable(let reason): "The model registry can't be read: \(reason)"
        case .empty: "The model registry lists no models or no regions."
        case .duplicateModel(let id): "The model registry lists '\(id)' twice."
        case .duplicateRegion: "The model registry lists a region twice."
        case .duplicateProvider(let id): "The model registry lists the provider '\(id)' twice."
        case .invalidLimits(let id): "The model registry's limits of '\(id)' are not positive."
        }
    }
}
