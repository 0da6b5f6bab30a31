import Foundation
import JWTKit

/// The claims of an access token (RFC 7519 §4.1). All are optional here, because which one is missing is told apart.
struct AccessTokenClaims: JWTPayload {
    var subject: String?
    var issuer: String?
    var audience: Audience?
    var expiresAt: Date?
    var notBefore: Date?
    /// Names separated by spaces (RFC 8693 §4.2).
    var scope: String?

    enum CodingKeys: String, CodingKey {
        case subject = "sub"
        case issuer = "iss"
        case audience = "aud"
        case expiresAt = "exp"
        case notBefore = "nbf"
        case scope
    }

    /// Claims are checked by `TokenVerifier`, which knows whom the token must be from and for, and what time it is.
    func verify(using algorithm: some JWTAlgorithm) {}

    /// One name, or a list that may be empty.
    struct Audience: Sendable, Codable {
        var names: [String]

        init(names: [String]) {
            self.names = names
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let name = try? container.decode(String.self) {
                names = [name]
            } else {
                names = try container.decode([String].self)
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(names)
        }
    }
}
