import AWSWire
import Certification
import Contracts
import Curl
import Foundation

/// A request to one of Bedrock's services, signed.
struct SignedRequest {
    // Bedrock's services all sign as `bedrock`; only their host names differ.
    private static let signingName = "bedrock"

    let httpRequest: HTTPRequest

    /// Builds and signs the request at this time.
    ///
    /// - Parameters:
    ///   - path: percent-encoded, behind the endpoint's base URL.
    ///   - query: percent-encoded, without `?`.
    /// - Throws: `regionUnavailable` when the region can't be a part of a host name.
    init(
        _ method: HTTPRequest.Method, path: String, query: String = "", body: Data = Data(), in region: Region,
        endpoint: BedrockEndpoint, credentials: AWSCredentials, timeouts: TransferTimeouts, at date: Date
    ) throws(ProviderError) {
        guard !region.rawValue.isEmpty, region.rawValue.utf8.allSatisfy(Self.isRegionCharacter) else {
            throw ProviderError(
                category: .regionUnavailable, code: "", message: "'\(region)' is not the name of an AWS region")
        }
        let base = endpoint.baseURL(in: region)
        let contentType = (name: "Content-Type", value: "application/json")
        let signable = SignableRequest(
            method: method.rawValue, path: Self.path(of: base) + path, query: query,
            headers: [("Host", endpoint.host(in: region)), contentType], body: body)
        let signer = SigV4Signer(credentials: credentials, region: region.rawValue, service: Self.signingName)
        let headers = [contentType] + signer.sign(signable, at: date)
        httpRequest = HTTPRequest(
            method: method, url: base + path + (query.isEmpty ? "" : "?\(query)"),
            headers: HTTPHeaders(headers.map { HTTPHeaders.Field(name: $0.name, value: $0.value) }), body: body,
            timeouts: timeouts)
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
