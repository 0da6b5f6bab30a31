import Certification
import Contracts
import Foundation

/// One call to make, as `certforge call --batch` reads it.
struct CallOrder: Decodable {
    var model: String
    /// `us-east-1` when absent, as --region.
    var region: String?
    /// `in-region` when absent.
    var profile: InferenceProfileKind?
    var prompt: String
    var system: String?
    /// 512 when absent.
    var maxTokens: Int?
    var temperature: Double?
    var stopSequences: [String]?
    var tools: [ToolDefinition]?
    var stream: Bool?

    var target: Target {
        Target(
            provider: .bedrock, model: ModelID(model), region: Region(region ?? "us-east-1"),
            profile: profile ?? .inRegion)
    }

    var request: ModelRequest {
        ModelRequest(
            system: system, messages: [ModelMessage(role: .user, text: prompt)], maxTokens: maxTokens ?? 512,
            temperature: temperature, stopSequences: stopSequences ?? [], tools: tools ?? [])
    }
}
