import Certification
import Contracts

/// Which ids can be called from which region, and what each takes.
struct ModelCatalogue: Sendable {
    let registry: ModelRegistry

    /// Whether there is a model with exactly this id, which is no profile's.
    func contains(_ id: String) -> Bool {
        registry.model(ModelID(id))?.id.rawValue == id || Behaviour(simulatorModel: id) != nil
    }

    /// The prefixes of a model's inference profiles in a region, the usual geography's first. Newer models have `global` and,
    /// in Japan and Australia, narrower geographies too.
    func profilePrefixes(of model: RegisteredModel, in region: Region) -> [String] {
        guard model.requiresInferenceProfile else { return [] }
        let usual = registry.profilePrefix(for: region).map { [$0] } ?? []
        guard ["-4-", "nova-2"].contains(where: model.id.rawValue.contains) else { return usual }
        let narrow =
            switch region.rawValue {
            case "ap-northeast-1", "ap-northeast-3": ["jp"]
            case "ap-southeast-2", "ap-southeast-4": ["au"]
            default: [String]()
            }
        return usual + narrow + ["global"]
    }

    /// The registry's id of the model that `called` reaches from `region`, which may be an id, an inference profile's id or
    /// the ARN of either.
    ///
    /// - Throws: `BedrockError`, in Bedrock's words, when it reaches none.
    func resolve(_ called: String, from region: Region) throws(BedrockError) -> String {
        let id = called.hasPrefix("arn:") ? try resource(ofARN: called, in: region) : called
        if Behaviour(simulatorModel: id) != nil { return id }
        guard let model = registry.model(ModelID(id)) else { throw .unknownModel }
        guard model.isCertifiable else { throw .converseUnsupported }
        if id == model.id.rawValue {
            guard !model.requiresInferenceProfile else { throw .profileRequired(id) }
            return id
        }
        guard profilePrefixes(of: model, in: region).contains(where: { id == "\($0).\(model.id)" }) else {
            throw .unknownModel
        }
        return model.id.rawValue
    }

    /// What a model takes. Those that are named for a behaviour take everything.
    func limits(of id: String, behaviour: Behaviour) -> ModelLimits {
        guard let model = registry.model(ModelID(id)) else {
            var limits = ModelLimits()
            if behaviour == .truncateContext { limits.context = .max }
            return limits
        }
        return ModelLimits(
            context: behaviour == .truncateContext ? .max : model.contextWindow, output: model.maxOutputTokens,
            takesTools: model.capabilities.functionCalling == true, takesImages: model.capabilities.vision == true,
            refusesTopPWithTemperature: id.contains("-4-5-"))
    }

    /// The id in `arn:aws:bedrock:<region>:<account>:inference-profile/<id>` or `…:foundation-model/<id>`. An endpoint
    /// knows the resources of its own region only.
    private func resource(ofARN arn: String, in region: Region) throws(BedrockError) -> String {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "bedrock", parts[3] == region.rawValue else { throw .unknownModel }
        let resource = parts[5].split(separator: "/", maxSplits: 1)
        guard resource.count == 2, ["foundation-model", "inference-profile"].contains(resource[0]) else {
            throw .unknownModel
        }
        return String(resource[1])
    }
}
