import Certification
import Contracts
import Foundation

/// The answers of the control plane, as botocore's service model `bedrock` shapes them.
struct ControlPlane: Sendable {
    struct FoundationModels: Encodable {
        struct Lifecycle: Encodable {
            var status: String
            var startOfLifeTime = "2024-01-01T00:00:00Z"
            var legacyTime: String?
            var endOfLifeTime: String?
        }

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
            var modelLifecycle: Lifecycle
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
        var nextToken: String?
    }

    struct Availability: Encodable {
        struct Agreement: Encodable { var status = "AVAILABLE" }

        var modelId: String
        var agreementAvailability = Agreement()
        var authorizationStatus = "AUTHORIZED"
        var entitlementAvailability = "AVAILABLE"
        var regionAvailability = "AVAILABLE"
    }

    let catalogue: ModelCatalogue
    /// By model; a model that is not there is active.
    var lifecycles: [String: SimulatedLifecycle] = [:]

    private func lifecycle(of model: RegisteredModel) -> SimulatedLifecycle {
        lifecycles[model.id.rawValue] ?? SimulatedLifecycle()
    }

    private var listed: [RegisteredModel] {
        catalogue.registry.models.filter { lifecycle(of: $0).status != .retired }
    }

    func foundationModels(in region: Region) -> FoundationModels {
        FoundationModels(
            modelSummaries: listed.map { model in
                let lifecycle = lifecycle(of: model)
                return FoundationModels.Summary(
                    modelArn: arn(of: model, in: region), modelId: model.id.rawValue, modelName: model.name,
                    providerName: model.vendor.rawValue,
                    inputModalities: model.capabilities.vision == true ? ["TEXT", "IMAGE"] : ["TEXT"],
                    outputModalities: ["TEXT"],
                    responseStreamingSupported: model.capabilities.streaming,
                    inferenceTypesSupported: model.requiresInferenceProfile ? [] : ["ON_DEMAND"],
                    modelLifecycle: FoundationModels.Lifecycle(
                        status: lifecycle.status.rawValue, legacyTime: lifecycle.legacyTime,
                        endOfLifeTime: lifecycle.endOfLifeTime))
            })
    }

    /// One page of the region's profiles. The query may have `maxResults` from 1 to 1000 (100 if absent), `nextToken` and
    /// `type`; what is out of range is refused.
    func inferenceProfiles(in region: Region, query: [String: String]) throws(BedrockError) -> InferenceProfiles {
        let size = query["maxResults"].map { Int($0) ?? 0 } ?? 100
        guard (1...1_000).contains(size) else {
            throw .constraint("maxResults", value: query["maxResults"] ?? "", "less than or equal to 1000")
        }
        let start = query["nextToken"].map { Int($0.trimmingPrefix("page+")) ?? -1 } ?? 0
        let profiles = query["type"] == "APPLICATION" ? [] : listed.flatMap { self.profiles(of: $0, in: region) }
        guard start == 0 || (1..<max(1, profiles.count)).contains(start) else {
            throw .validation("The provided nextToken is invalid.")
        }
        let end = min(start + size, profiles.count)
        // A character that has to be encoded in a query, as AWS's tokens have.
        return InferenceProfiles(
            inferenceProfileSummaries: Array(profiles[start..<end]),
            nextToken: end < profiles.count ? "page+\(end)" : nil)
    }

    func availability(of id: String) throws(BedrockError) -> Availability {
        guard catalogue.contains(id) else {
            throw BedrockError(
                type: "ResourceNotFoundException", status: 404, message: "Could not resolve the foundation model.")
        }
        return Availability(modelId: id)
    }

    private func profiles(of model: RegisteredModel, in region: Region) -> [InferenceProfiles.Summary] {
        catalogue.profilePrefixes(of: model, in: region).map { prefix in
            let id = "\(prefix).\(model.id)"
            return InferenceProfiles.Summary(
                inferenceProfileName: "\(prefix.uppercased()) \(model.name)",
                inferenceProfileArn: "arn:aws:bedrock:\(region):123456789012:inference-profile/\(id)",
                inferenceProfileId: id, models: [InferenceProfiles.Model(modelArn: arn(of: model, in: region))])
        }
    }

    private func arn(of model: RegisteredModel, in region: Region) -> String {
        "arn:aws:bedrock:\(region)::foundation-model/\(model.id)"
    }
}
