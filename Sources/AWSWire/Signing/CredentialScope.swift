import Crypto
import Foundation

/// What a signing key is good for: one day, one region, one service.
struct CredentialScope: Hashable {
    static let terminator = "aws4_request"

    /// `YYYYMMDD`, UTC.
    var day: String
    var region: String
    var service: String

    var text: String { "\(day)/\(region)/\(service)/\(Self.terminator)" }

    /// HMAC-SHA256 of day, region, service and terminator in a chain that starts from the secret.
    func signingKey(secret: String) -> SymmetricKey {
        [day, region, service, Self.terminator].reduce(SymmetricKey(data: Data("AWS4\(secret)".utf8))) { key, part in
            SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
    }

    /// The text whose HMAC is the signature.
    func stringToSign(_ canonical: CanonicalRequest, timestamp: String) -> Data {
        let hash = Hexadecimal.lowercase(SHA256.hash(data: Data(canonical.text.utf8)))
        return Data("\(SigV4Signer.algorithm)\n\(timestamp)\n\(text)\n\(hash)".utf8)
    }
}
