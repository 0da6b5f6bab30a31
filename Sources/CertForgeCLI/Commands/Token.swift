import ArgumentParser
import Foundation
import JWTKit
import ServiceRuntime

/// Mints a token with the gateway's own secret, for development.
struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Mint a bearer token for development.",
        discussion: "Signs with JWT_SECRET for JWT_ISSUER (certforge) and JWT_AUDIENCE (certforge-api), HS256.")

    @Option(help: "Whom the token is for.")
    var subject: String = "developer"

    @Option(help: "How long it holds, in seconds, from 1 to 604800.")
    var lifetime: Int = 3_600

    func validate() throws {
        guard (1...604_800).contains(lifetime) else {
            throw ValidationError("--lifetime is \(lifetime); it must be from 1 to 604800 seconds.")
        }
        guard (1...256).contains(subject.count),
            subject.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw ValidationError("--subject must be 1 to 256 characters without control characters.") }
    }

    func run() async throws {
        Console.result(try await mint(with: try await ServiceSettings.load(), now: Date()))
    }

    /// A token that the gateway of the same settings accepts.
    ///
    /// - Throws: `ConfigurationFailure` when the secret is missing or too short.
    func mint(with settings: ServiceSettings, now: Date) async throws -> String {
        let secret = try settings.text("JWT_SECRET", purpose: "the secret that the gateway verifies tokens with")
        guard secret.count >= 32 else {
            throw ConfigurationFailure(
                key: "JWT_SECRET", problem: "has \(secret.count) characters; the gateway wants at least 32")
        }
        let claims = Claims(
            sub: SubjectClaim(value: subject),
            iss: IssuerClaim(value: try settings.text("JWT_ISSUER", default: "certforge")),
            aud: AudienceClaim(value: try settings.text("JWT_AUDIENCE", default: "certforge-api")),
            iat: IssuedAtClaim(value: now),
            exp: ExpirationClaim(value: now.addingTimeInterval(TimeInterval(lifetime))))
        let keys = await JWTKeyCollection().add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
        return try await keys.sign(claims)
    }

    private struct Claims: JWTPayload {
        var sub: SubjectClaim
        var iss: IssuerClaim
        var aud: AudienceClaim
        var iat: IssuedAtClaim
        var exp: ExpirationClaim

        /// Tokens are only made here; whoever accepts one verifies it.
        func verify(using algorithm: some JWTAlgorithm) throws {}
    }
}
