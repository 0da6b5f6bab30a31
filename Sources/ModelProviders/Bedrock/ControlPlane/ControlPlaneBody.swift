import Certification
import Contracts
import Foundation

/// The body of ListFoundationModels (botocore's service model, bedrock 2023-04-20).
struct FoundationModelsBody: Decodable {
    struct Summary: Decodable {
        struct Lifecycle: Decodable {
            var status: String?
            var legacyTime: ControlPlaneTime?
            var endOfLifeTime: ControlPlaneTime?
        }

        var modelId: String
        var modelName: String?
        var providerName: String?
        var inputModalities: [String]?
        var outputModalities: [String]?
        var responseStreamingSupported: Bool?
        var inferenceTypesSupported: [String]?
        var modelLifecycle: Lifecycle?
    }

    var modelSummaries: [Summary]?
}

/// The body of one page of ListInferenceProfiles.
struct InferenceProfilesBody: Decodable {
    struct Summary: Decodable {
        struct Model: Decodable { var modelArn: String? }

        var inferenceProfileId: String
        var inferenceProfileArn: String?
        var inferenceProfileName: String?
        var models: [Model]?
        var status: String?
    }

    var inferenceProfileSummaries: [Summary]?
    var nextToken: String?
}

/// The body of GetFoundationModelAvailability.
struct ModelAvailabilityBody: Decodable {
    struct Agreement: Decodable { var status: String? }

    var agreementAvailability: Agreement?
    var authorizationStatus: String?
    var entitlementAvailability: String?
    var regionAvailability: String?
}

/// A time as the control plane writes it: ISO 8601 text, with or without fractions, or seconds since 1970.
struct ControlPlaneTime: Decodable {
    var date: Date?

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let seconds = try? container.decode(Double.self) {
            date = Date(timeIntervalSince1970: seconds)
        } else {
            // A date of another form is no date; the model it stands with is still worth knowing.
            let text = try? container.decode(String.self)
            date = text.flatMap {
                (try? Date($0, strategy: .iso8601))
                    ?? (try? Date($0, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            }
        }
    }
}

extension BedrockModelSummary {
    init(_ body: FoundationModelsBody.Summary) {
        self.init(
            id: ModelID(body.modelId), name: body.modelName ?? body.modelId, vendorName: body.providerName ?? "",
            inputModalities: body.inputModalities ?? [], outputModalities: body.outputModalities ?? [],
            streams: body.responseStreamingSupported, inferenceTypes: body.inferenceTypesSupported ?? [],
            lifecycle: body.modelLifecycle.flatMap { lifecycle in
                lifecycle.status.flatMap(ModelLifecycle.Status.init).map { status in
                    ModelLifecycle(
                        status: status, legacyFrom: lifecycle.legacyTime?.date, endOfLife: lifecycle.endOfLifeTime?.date
                    )
                }
            })
    }
}

extension BedrockInferenceProfile {
    init(_ body: InferenceProfilesBody.Summary) {
        // `arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0`, one for each region that may serve.
        let destinations = (body.models ?? []).compactMap(\.modelArn).compactMap { arn -> (Region, ModelID)? in
            let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
            guard parts.count == 6, parts[5].hasPrefix("foundation-model/") else { return nil }
            return (Region(parts[3]), ModelID(parts[5].dropFirst("foundation-model/".count)))
        }
        let models = Set(destinations.map(\.1))
        self.init(
            id: body.inferenceProfileId, arn: body.inferenceProfileArn ?? "",
            name: body.inferenceProfileName ?? body.inferenceProfileId, isActive: body.status ?? "ACTIVE" == "ACTIVE",
            model: models.count == 1 ? models.first : nil,
            regions: Set(destinations.map(\.0)).filter { !$0.rawValue.isEmpty }.sorted())
    }
}
