import Certification
import Contracts

/// Which ids can be called from which region.
struct ModelCatalogue: Sendable {
    let registry: ModelRegistry

    /// Whether there is a model with exactly this id, which is no profile's.
    func contains(_ id: String) -> Bool {
        registry.model(ModelID(id))?.id.rawValue == id || Behaviour(simulatorModel: id) != nil
    }

    /// The registry's id of the model that `called` reaches from `region`, which may be an id, an inference profile's id or
    /// the ARN of either.
    ///
    /// - Throws: `BedrockError`, in Bedrock's words, when it reaches none.
    func resolve(_ called: String, from region: Region) throws(BedrockError) -> String {
        let id = called.hasPrefix("arn:") ? try resource(ofARN: called, in: region) : called
        if Behaviour(simulatorModel: id) != nil { return id }
        guard let model = registry.model(ModelID(id)) else { throw .unknownModel }
        guard model.isCertifiable else {
            throw .validation("This model doesn't support the Converse API. Use InvokeModel instead.")
        }
        if id == model.id.rawValue {
            guard !model.requiresInferenceProfile else { throw .profileRequired(id) }
            return id
        }
        let prefix = registry.profilePrefix(for: region)
        guard model.requiresInferenceProfile,
            id == "global.\(model.id)" || prefix.map({ id == "\($0).\(model.id)" }) == true
        else { throw .unknownModel }
        return model.id.rawValue
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
