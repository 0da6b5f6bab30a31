import AWSWire
import Certification
import Contracts
import Curl
import Foundation

/// One signed request to Converse or ConverseStream.
struct ConverseCall {
    enum Operation: String, Sendable {
        case converse
        case converseStream = "converse-stream"
    }

    // Bedrock's services all sign as `bedrock`; only their host names differ.
    private static let signingName = "bedrock"

    let httpRequest: HTTPRequest
    /// The model's or inference profile's id in the path.
    let calledModel: String

    /// Builds and signs the request at this time.
    init(
        _ operation: Operation, request: ModelRequest, target: Target, configuration: BedrockConfiguration,
        at date: Date
    ) throws(ProviderError) {
        // The region becomes a part of a host name.
        guard !target.region.rawValue.isEmpty, target.region.rawValue.utf8.allSatisfy(Self.isRegionCharacter) else {
            throw ProviderError(
                category: .regionUnavailable, code: "", message: "'\(target.region)' is not the name of an AWS region")
        }
        guard let calledModel = target.bedrockModelID else {
            throw ProviderError(
                category: .regionUnavailable, code: "",
                message: "no geographic inference profile is offered from \(target.region)")
        }
        let base = configuration.endpoint.baseURL(in: target.region)
        let resource = "/model/\(URIEncoding.encode(calledModel))/\(operation.rawValue)"
        let body = try Self.body(of: request)
        let contentType = (name: "Content-Type", value: "application/json")
        let signable = SignableRequest(
            method: "POST", path: Self.path(of: base) + resource,
            headers: [("Host", configuration.endpoint.host(in: target.region)), contentType], body: body)
        let signer = SigV4Signer(
            credentials: configuration.credentials, region: target.region.rawValue, service: Self.signingName)
        let headers = [contentType] + signer.sign(signable, at: date)

        self.calledModel = calledModel
        httpRequest = HTTPRequest(
            method: .post, url: base + resource,
            headers: HTTPHeaders(headers.map { HTTPHeaders.Field(name: $0.name, value: $0.value) }), body: body,
            timeouts: configuration.timeouts)
    }

    private static func body(of request: ModelRequest) throws(ProviderError) -> Data {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(ConverseRequestBody(request))
        } catch {
            // JSON has no infinity and no NaN, which a temperature may be.
            throw ProviderError(category: .validation, code: "", message: "the request cannot be encoded: \(error)")
        }
    }

    private static func path(of baseURL: String) -> String {
        URLComponents(string: baseURL)?.percentEncodedPath ?? ""
    }

    private static func isRegionCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
