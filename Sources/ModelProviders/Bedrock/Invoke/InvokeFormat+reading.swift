import Certification
import Foundation

extension InvokeFormat {
    /// Reads a body, or one chunk of a stream, with the counts that Bedrock itself adds to the last chunk.
    ///
    /// - Throws: `DecodingError` when it is of another format.
    func part(of json: Data) throws -> InvokedPart {
        let decoder = JSONDecoder()
        var part =
            switch self {
            case .anthropicMessages: try decoder.decode(AnthropicPart.self, from: json).part
            case .titanText: try decoder.decode(TitanPart.self, from: json).part
            case .llama: try decoder.decode(LlamaPart.self, from: json).part
            }
        if let metrics = try decoder.decode(InvocationMetrics.Holder.self, from: json).metrics {
            part.inputTokens = metrics.inputTokenCount ?? part.inputTokens
            part.outputTokens = metrics.outputTokenCount ?? part.outputTokens
            part.latency = metrics.invocationLatency.map { .milliseconds($0) }
        }
        return part
    }
}

/// `amazon-bedrock-invocationMetrics` in a stream's last chunk.
private struct InvocationMetrics: Decodable {
    struct Holder: Decodable {
        var metrics: InvocationMetrics?

        private enum CodingKeys: String, CodingKey {
            case metrics = "amazon-bedrock-invocationMetrics"
        }
    }

    var inputTokenCount: Int?
    var outputTokenCount: Int?
    var invocationLatency: Int?
}

/// The payload of a `chunk` event.
struct InvokeChunk: Decodable {
    /// Base64 in JSON.
    var bytes: Data
}
