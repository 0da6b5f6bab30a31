import AWSWire
import Certification
import Contracts
import Curl
import Foundation

/// One signed call of a model: Converse, ConverseStream, InvokeModel or InvokeModelWithResponseStream.
struct BedrockCall {
    /// An answer's text has at most 4 MiB; the rest is JSON's escapes and usage.
    private static let maxAnswerBytes = 16 * 1024 * 1024
    /// Each piece of a streamed answer has some 200 bytes of framing around it.
    private static let maxStreamBytes = 96 * 1024 * 1024

    let httpRequest: HTTPRequest

    /// Builds and signs the request at this time.
    init(
        _ request: ModelRequest, by route: BedrockRoute, in region: Region, isStreamed: Bool,
        configuration: BedrockConfiguration, at date: Date
    ) throws(ProviderError) {
        let body: Data
        let operation: String
        switch route.operation {
        case .converse:
            operation = isStreamed ? "converse-stream" : "converse"
            body = try Self.converseBody(of: request)
        case .invoke(let format):
            operation = isStreamed ? "invoke-with-response-stream" : "invoke"
            body = try format.body(of: request)
        }
        var timeouts = configuration.timeouts
        if !isStreamed { timeouts.idle = nil }
        var httpRequest = try SignedRequest(
            .post, path: "/model/\(URIEncoding.encode(route.calledModel))/\(operation)", body: body, in: region,
            endpoint: configuration.endpoint, credentials: configuration.credentials,
            timeouts: timeouts, at: date
        ).httpRequest
        httpRequest.maxResponseBytes = isStreamed ? Self.maxStreamBytes : Self.maxAnswerBytes
        self.httpRequest = httpRequest
    }

    private static func converseBody(of request: ModelRequest) throws(ProviderError) -> Data {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(try ConverseRequestBody(request))
        } catch {
            // JSON has no infinity and no NaN, which a temperature may be.
            throw ProviderError(category: .validation, code: "", message: "the request cannot be encoded: \(error)")
        }
    }
}
