package import Contracts
package import Foundation

/// The models and regions that can be asked for.
package struct ModelRegistry: Sendable {
    /// All models, by id.
    package let models: [RegisteredModel]
    /// All regions, in the order in which they are listed.
    package let regions: [RegisteredRegion]

    private let provider: ProviderID
    private let modelsByName: [ModelID: RegisteredModel]
    private let profilePrefixes: [String: String]

    /// The registry that is built into the program.
    ///
    /// - Throws: `RegistryError` when the built-in file is damaged.
    package static func bundled() throws(RegistryError) -> ModelRegistry {
        try ModelRegistry(json: Data(PackageResources.registry_json))
    }

    /// Reads and checks a registry file.
    ///
    /// - Throws: `RegistryError` when it is no registry, names an id twice or holds a limit that is no positive number.
    package init(json: Data) throws(RegistryError) {
        let file: RegistryFile
        do {
            file = try JSONDecoder().decode(RegistryFile.self, from: json)
        } catch {
            throw .unreadable(String(describing: error))
        }
        provider = file.provider
        models = file.models.map(RegisteredModel.init).sorted { $0.id < $1.id }
        regions = file.regions
        profilePrefixes = file.profilePrefixes
        modelsByName = try Self.index(models)
        guard !models.isEmpty, !regions.isEmpty else { throw .empty }
        guard Set(regions.map(\.id)).count == regions.count else { throw .duplicateRegion }
    }

    private static func index(_ models: [RegisteredModel]) throws(RegistryError) -> [ModelID: RegisteredModel] {
        var index: [ModelID: RegisteredModel] = [:]
        for model in models {
            guard model.contextWindow > 0, model.maxOutputTokens > 0 else { throw .invalidLimits(model.id) }
            for id in [model.id] + model.aliases {
                guard index.updateValue(model, forKey: id) == nil else { throw .duplicateModel(id) }
            }
        }
        return index
    }

    /// The models that the suites can test, by id.
    package var certifiable: [RegisteredModel] { models.filter(\.isCertifiable) }

    /// The makers of the models, by name.
    package var vendors: [Vendor] { Set(models.map(\.vendor)).sorted() }

    package func models(vendor: Vendor) -> [RegisteredModel] { models.filter { $0.vendor == vendor } }

    package func region(_ id: Region) -> RegisteredRegion? { regions.first { $0.id == id } }

    /// The model with this id, alias, or inference profile id (`us.anthropic.…`); nil when there is none.
    package func model(_ id: ModelID) -> RegisteredModel? {
        if let model = modelsByName[id] { return model }
        guard let (prefix, rest) = Self.splitProfilePrefix(id), Self.knownPrefixes.contains(prefix) else { return nil }
        return modelsByName[rest]
    }

    /// What is certified when a model is asked for in a region.
    package func target(for model: RegisteredModel, in region: Region) -> Target {
        Target(
            provider: provider, model: model.id, region: region,
            profile: model.requiresInferenceProfile ? .geographic : .inRegion)
    }

    /// The id that reaches a target: the plain model id, or its inference profile's, such as `eu.anthropic.…`.
    ///
    /// Nil for a geographic profile in a region whose geography has no known prefix.
    package func invocationID(for target: Target) -> String? {
        switch target.profile {
        case .inRegion: target.model.rawValue
        case .global: "global.\(target.model)"
        case .geographic: profilePrefix(for: target.region).map { "\($0).\(target.model)" }
        }
    }

    /// The prefix of a region's geographic inference profiles, such as `eu`; nil when none is known.
    package func profilePrefix(for region: Region) -> String? {
        let geography = region.rawValue.prefix { $0 != "-" }
        return profilePrefixes[String(geography)]
    }

    /// The prefixes that AWS gives to inference profiles.
    private static let knownPrefixes: Set<Substring> = [
        "us", "us-gov", "eu", "apac", "jp", "au", "ca", "global",
    ]

    private static func splitProfilePrefix(_ id: ModelID) -> (prefix: Substring, rest: ModelID)? {
        guard let dot = id.rawValue.firstIndex(of: ".") else { return nil }
        return (id.rawValue[..<dot], ModelID(id.rawValue[id.rawValue.index(after: dot)...]))
    }
}

/// What is wrong with a registry file.
package enum RegistryError: Error, Hashable, CustomStringConvertible {
    case unreadable(String)
    case empty
    case duplicateModel(ModelID)
    case duplicateRegion
    case invalidLimits(ModelID)

    package var description: String {
        switch self {
        case .unreadable(let reason): "The model registry can't be read: \(reason)"
        case .empty: "The model registry lists no models or no regions."
        case .duplicateModel(let id): "The model registry lists '\(id)' twice."
        case .duplicateRegion: "The model registry lists a region twice."
        case .invalidLimits(let id): "The model registry's limits of '\(id)' are not positive."
        }
    }
}
