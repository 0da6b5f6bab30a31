import Contracts
package import Foundation

/// The registry as `registry.json` spells it: compact, because it is compiled into the program.
struct RegistryFile: Decodable {
    var provider: ProviderID
    var regions: [RegisteredRegion]
    /// The prefix of inference profiles by the region's first word, for example `ap` to `apac`.
    var profilePrefixes: [String: String]
    var models: [Model]

    /// Of `vision` and `tools` absent means that nobody says, of other flags false; `streaming` is true unless it says
    /// otherwise.
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

extension ProviderCatalogue {
    /// What is built into the program: Bedrock's.
    package static func bundled() throws(RegistryError) -> ProviderCatalogue {
        try ProviderCatalogue(json: Data(PackageResources.registry_json))
    }

    /// Reads a registry file.
    ///
    /// - Throws: `RegistryError.unreadable` when it is none.
    package init(json: Data) throws(RegistryError) {
        let file: RegistryFile
        do {
            file = try JSONDecoder().decode(RegistryFile.self, from: json)
        } catch {
            throw .unreadable(String(describing: error))
        }
        let isBedrock = file.provider == .bedrock
        self.init(
            provider: RegisteredProvider(
                id: file.provider, kind: isBedrock ? .bedrock : .openAICompatible,
                name: isBedrock ? "AWS Bedrock" : file.provider.rawValue, regions: file.regions),
            models: file.models.map { RegisteredModel($0, of: file.provider) }, profilePrefixes: file.profilePrefixes)
    }
}

extension RegisteredModel {
    init(_ entry: RegistryFile.Model, of provider: ProviderID) {
        self.init(
            provider: provider, id: entry.id, vendor: entry.vendor, name: entry.name, kind: entry.kind ?? .chat,
            capabilities: Capabilities(
                streaming: entry.streaming ?? true, vision: entry.vision, functionCalling: entry.tools,
                others: entry.also ?? []),
            contextWindow: entry.context, maxOutputTokens: entry.output, limitsAreGuessed: entry.guessed ?? false,
            requiresInferenceProfile: entry.profile ?? false, aliases: entry.aliases ?? [],
            serviceClass: entry.serviceClass)
    }
}
