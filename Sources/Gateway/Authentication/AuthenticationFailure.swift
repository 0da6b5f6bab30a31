import HTTPTypes

/// Why a request's token was not accepted.
enum AuthenticationFailure: Error, Sendable, CaseIterable {
    case missing
    case notBearer
    case repeated
    case tooLong
    case malformed
    case wrongAlgorithm
    case wrongType
    case badSignature
    case noExpiry
    case expired
    case notYetValid
    case wrongIssuer
    case wrongAudience
    case noSubject

    /// What is wrong in a sentence of the characters that `error_description` may hold (RFC 6750 §3).
    var explanation: String {
        switch self {
        case .missing: "Send a token in the header 'Authorization: Bearer <token>'"
        case .notBearer: "The Authorization header must be 'Bearer <token>'"
        case .repeated: "The Authorization header must be sent once"
        case .tooLong: "The token is longer than \(TokenVerifier.tokenLimit) bytes"
        case .malformed: "The token is no JSON Web Token"
        case .wrongAlgorithm: "The token must be signed with HS256"
        case .wrongType: "The token is not an access token"
        case .badSignature: "The token's signature does not fit"
        case .noExpiry: "The token has no expiry time (exp)"
        case .expired: "The token has expired"
        case .notYetValid: "The token is not valid yet (nbf)"
        case .wrongIssuer: "The token is from another issuer (iss)"
        case .wrongAudience: "The token is for another audience (aud)"
        case .noSubject: "The token does not say whom it belongs to (sub)"
        }
    }

    /// A request without any token is not told an error (RFC 6750 §3.1).
    private var challenge: String {
        self == .missing
            ? #"Bearer realm="certforge""#
            : #"Bearer realm="certforge", error="invalid_token", error_description="\#(explanation)""#
    }

    var problem: Problem {
        Problem(.unauthenticated, detail: "\(explanation).", headers: [.wwwAuthenticate: challenge])
    }
}
