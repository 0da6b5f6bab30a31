import Certification
import Contracts

/// The answers of ListFoundationModels and ListInferenceProfiles, as botocore's service model `bedrock` shapes them.
struct ControlPlane: Sendable {
    struct FoundationModels: Encodable {
        struct Lifecycle: Encodable { var status = "ACTIVE" }

        struct Summary: Encodable {
            var modelArn: String
            var modelId: String
            var modelName: String
            var providerName: String
            var inputModalities: [String]
            var outputModalities: [String]
            var responseStreamingSupported: Bool
            var customizationsSupported: [String] = []
            var inferenceTypesSupported: [String]
            var modelLifecycle = Lifecycle()
        }

        var modelSummaries: [Summary]
    }

    struct InferenceProfiles: Encodable {
        struct Model: Encodable { var modelArn: String }

        struct Summary: Encodable {
            var inferenceProfileName: String
            var inferenceProfileArn: String
            var inferenceProfileId: String
            var models: [Model]
            var status = "ACTIVE"
            var type = "SYSTEM_DEFINED"
        }

        var inferenceProfileSummaries: [Summary]
    }

    let registry: ModelRegistry

    func foundationModels(in region: Region) -> FoundationModels {
        FoundationModels(
            modelSummaries: registry.models.map { model in
                FoundationModels.Summary(
                    modelArn: arn(of: model, in: region), modelId: model.id.rawValue, modelName: model.name,
                    providerName: model.vendor.rawValue,
                    inputModalities: model.capabilities.vision ? ["TEXT", "IMAGE"] : ["TEXT"],
                    outputModalities: ["TEXT"],
                    responseStreamingSupported: model.capabilities.streaming,
                    inferenceTypesSupported: model.requiresInferenceProfile ? [] : ["ON_DEMAND"])
            })
    }

    func inferenceProfiles(in region: Region) -> InferenceProfiles {
        InferenceProfiles(
            inferenceProfileSummaries: registry.models.filter(\.requiresInferenceProfile).compactMap { model in
                guard let prefix = registry.profilePrefix(for: region) else { return nil }
                let id = "\(prefix).\(model.id)"
                return InferenceProfiles.Summary(
                    inferenceProfileName: "\(prefix.uppercased()) \(model.name)",
                    inferenceProfileArn: "arn:aws:bedrock:\(region):123456789012:inference-profile/\(id)",
                    inferenceProfileId: id, models: [InferenceProfiles.Model(modelArn: arn(of: model, in: region))])
            })
    }

    private func arn(of model: RegisteredModel, in region: Region) -> String {
        "arn:aws:bedrock:\(region)::foundation-model/\(model.id)"
    }
}
