import Foundation
import HTTPTypes
import Hummingbird

extension Turn {
    /// The answer to InvokeModel or InvokeModelWithResponseStream in a vendor's format.
    func answer(in dialect: InvokeDialect, isStreamed: Bool, requestID: String) async throws -> Response {
        let encoder = JSONEncoder()
        if isStreamed {
            let chunks = try dialect.chunks(answer).map { try encoder.encode($0) }
            return try await stream(StreamScript(chunks, latency: latency), requestID: requestID)
        }
        var headers = HTTPFields.bedrock(requestID: requestID, contentType: "application/json")
        for (name, count) in [("input", answer.inputTokens), ("output", answer.outputTokens)] {
            guard let field = HTTPField.Name("x-amzn-bedrock-\(name)-token-count") else { continue }
            headers[field] = "\(count)"
        }
        return try await reply(encoder.encode(dialect.reply(answer)), headers: headers)
    }
}
