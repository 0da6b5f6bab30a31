import Foundation
import JWTKit

/// Verifies access tokens: JSON Web Tokens signed with HS256 and nothing else (RFC 8725 §3.1).
struct TokenVerifier: Sendable {
    /// In bytes.
    static let tokenLimit = 8_192
    /// In characters; HS256 wants a key as long as its digest (RFC 7518 §3.2).
    static let shortestSecret = 32
    /// In characters.
    static let longestSubject = 256
    /// How far the issuer's clock may be ahead of ours, in seconds.
    static let clockSkew: TimeInterval = 60

    private let keys: JWTKeyCollection
    private let issuer: String
    private let audience: String
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - secret: at least `shortestSecret` characters; the caller has checked it.
    ///   - issuer: whom tokens must be from.
    ///   - audience: whom tokens must be for.
    ///   - now: what time it is.
    init(secret: String, issuer: String, audience: String, now: @escaping @Sendable () -> Date) async {
        keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        self.issuer = issuer
        self.audience = audience
        self.now = now
    }

    func verify(_ token: String) async throws(AuthenticationFailure) -> Caller {
        guard token.utf8.count <= Self.tokenLimit else { throw .tooLong }
        try Self.checkHeader(of: token)
        return try caller(of: try await verifiedClaims(of: token))
    }

    /// JWTKit picks the algorithm by its key alone; that the header names another one is for us to refuse.
    private static func checkHeader(of token: String) throws(AuthenticationFailure) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let data = Data(base64URLEncoded: parts[0]),
            let header = try? JSONDecoder().decode(TokenHeader.self, from: data)
        else { throw .malformed }
        guard header.alg == "HS256" else { throw .wrongAlgorithm }
        // An extension that must be understood is one that we do not understand (RFC 7515 §4.1.11).
        guard header.crit == nil else { throw .malformed }
        let type = header.typ?.lowercased()
        guard type == nil || type == "jwt" || type == "at+jwt" else { throw .wrongType }
    }

    private func verifiedClaims(of token: String) async throws(AuthenticationFailure) -> AccessTokenClaims {
        do {
            return try await keys.verify(token, as: AccessTokenClaims.self)
        } catch let error as JWTError where error.errorType == .signatureVerificationFailed {
            throw .badSignature
        } catch {
            throw .malformed
        }
    }

    private func caller(of claims: AccessTokenClaims) throws(AuthenticationFailure) -> Caller {
        let now = now()
        guard let expiresAt = claims.expiresAt else { throw .noExpiry }
        guard now < expiresAt else { throw .expired }
        if let notBefore = claims.notBefore, notBefore.addingTimeInterval(-Self.clockSkew) > now { throw .notYetValid }
        guard claims.issuer == issuer else { throw .wrongIssuer }
        guard claims.audience?.names.contains(audience) == true else { throw .wrongAudience }
        guard let subject = claims.subject, Self.isAcceptable(subject) else { throw .noSubject }
        return Caller(
            subject: subject, scopes: Set(claims.scope?.split(separator: " ").map(String.init) ?? []))
    }

    /// Subjects are stored and logged.
    private static func isAcceptable(_ subject: String) -> Bool {
        !subject.isEmpty && subject.count <= longestSubject
            && subject.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

private struct TokenHeader: Decodable {
    var alg: String?
    var typ: String?
    var crit: [String]?
}
