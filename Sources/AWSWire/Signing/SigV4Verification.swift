/// What the check of a request's signature found.
package enum SigV4Verification: Sendable, Hashable {
    /// Genuine; `region` is the one that the client signed for.
    case verified(accessKeyID: String, region: String)
    /// No `Authorization` header.
    case missingAuthentication
    /// The header or the date is not what Signature Version 4 asks for.
    case incomplete(reason: String)
    /// Nobody has this access key, or the session token is not the key's.
    case unknownKey
    /// Signed for another day, region or service.
    case wrongScope(reason: String)
    /// Signed too long ago, or for a time too far ahead.
    case expired(reason: String)
    /// Altered on the way, or signed with another secret.
    case signatureMismatch
}

extension SigV4Verification {
    /// The exception that AWS answers with; nil when the signature is genuine.
    package var exceptionName: String? {
        switch self {
        case .verified: nil
        case .missingAuthentication: "MissingAuthenticationTokenException"
        case .incomplete: "IncompleteSignatureException"
        case .unknownKey: "UnrecognizedClientException"
        case .wrongScope, .expired, .signatureMismatch: "InvalidSignatureException"
        }
    }

    /// AWS's words for it; empty when the signature is genuine.
    package var message: String {
        switch self {
        case .verified: ""
        case .missingAuthentication: "Missing Authentication Token"
        case .incomplete(let reason), .wrongScope(let reason), .expired(let reason): reason
        case .unknownKey: "The security token included in the request is invalid."
        case .signatureMismatch:
            "The request signature we calculated does not match the signature you provided. "
                + "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        }
    }

    /// The HTTP status that AWS answers with.
    package var httpStatus: Int {
        switch self {
        case .verified: 200
        case .incomplete: 400
        case .missingAuthentication, .unknownKey, .wrongScope, .expired, .signatureMismatch: 403
        }
    }
}
