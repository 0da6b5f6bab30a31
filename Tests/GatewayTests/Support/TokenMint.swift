import Foundation
import JWTKit

@testable import Gateway

/// Makes tokens, good ones unless told otherwise.
struct TokenMint {
    var secret = TestGateway.secret
    var algorithm = DigestAlgorithm.sha256

    func token(
        subject: String? = "ada", issuer: String? = "certforge", audiences: [String]? = ["certforge-api"],
        expiresIn: TimeInterval? = 3_600, notBeforeIn: TimeInterval? = nil, scope: String? = nil,
        header: JWTHeader = [:]
    ) async throws -> String {
        var claims = AccessTokenClaims()
        claims.subject = subject
        claims.issuer = issuer
        claims.audience = audiences.map(AccessTokenClaims.Audience.init)
        claims.expiresAt = expiresIn.map(TestGateway.now.addingTimeInterval)
        claims.notBefore = notBeforeIn.map(TestGateway.now.addingTimeInterval)
        claims.scope = scope
        let keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: algorithm)
        return try await keys.sign(claims, header: header)
    }
}
