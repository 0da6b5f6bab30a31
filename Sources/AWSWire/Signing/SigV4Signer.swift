import Crypto
package import Foundation

/// Signs requests with AWS Signature Version 4 in the `Authorization` header, by the rules of every service but S3.
///
/// libcurl 7.88 has a signer too, but signs paths that contain `:` wrongly, as every Bedrock model id does.
package struct SigV4Signer: Sendable {
    static let algorithm = "AWS4-HMAC-SHA256"

    // Proxies and HTTP stacks rewrite these, so a signature over them breaks on the way. AWS's own clients skip them.
    private static let unsignedHeaders: Set<String> = [
        "authorization", "connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id",
    ]

    private let credentials: AWSCredentials
    private let region: String
    private let service: String

    /// The service is the signing name, for example `bedrock`, which is not always the endpoint's name.
    package init(credentials: AWSCredentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// The headers to add: `x-amz-date`, `x-amz-security-token` for temporary credentials, and `authorization`.
    ///
    /// All headers of the request are covered, except those that are known to change on the way. `date` is the time of
    /// sending; AWS accepts five minutes of difference.
    package func sign(_ request: SignableRequest, at date: Date) -> [(name: String, value: String)] {
        let timestamp = SigningTimestamp(date)
        var added = [(name: "x-amz-date", value: timestamp.text)]
        if let token = credentials.sessionToken {
            added.append((name: "x-amz-security-token", value: token))
        }
        let replaced = Set(added.map(\.name))
        var complete = request
        complete.headers.removeAll { replaced.contains($0.name.lowercased()) }
        complete.headers += added

        let names = Set(complete.headers.map { $0.name.lowercased() }).subtracting(Self.unsignedHeaders)
        let canonical = CanonicalRequest(of: complete, signing: names)
        let scope = CredentialScope(day: timestamp.day, region: region, service: service)
        let signature = HMAC<SHA256>.authenticationCode(
            for: scope.stringToSign(canonical, timestamp: timestamp.text),
            using: scope.signingKey(secret: credentials.secretAccessKey))
        let authorization = Authorization(
            accessKeyID: credentials.accessKeyID, scope: scope, signedHeaders: canonical.signedHeaders,
            signature: Hexadecimal.lowercase(signature))
        return added + [(name: "authorization", value: authorization.headerValue)]
    }
}
