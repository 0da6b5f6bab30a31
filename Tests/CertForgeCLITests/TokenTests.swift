import ArgumentParser
import Foundation
import ServiceRuntime
import Testing

@testable import CertForgeCLI
@testable import Gateway

@Suite("A token for development")
struct TokenTests {
    private static let secret = "a secret of more than thirty-two characters"
    private static let now = Date(timeIntervalSince1970: 1_767_225_600)

    private func mint(
        _ arguments: [String] = [], _ values: [String: String] = ["JWT_SECRET": secret]
    ) async throws -> String {
        try await Token.parse(arguments).mint(with: ServiceSettings(values: values), now: Self.now)
    }

    private func verifier(
        at seconds: TimeInterval = 0, issuer: String = "certforge", audience: String = "certforge-api"
    ) async -> TokenVerifier {
        await TokenVerifier(
            secret: Self.secret, issuer: issuer, audience: audience, now: { Self.now.addingTimeInterval(seconds) })
    }

    @Test("The gateway of the same settings accepts it until it expires")
    func accepted() async throws {
        let token = try await mint(["--subject", "ada", "--lifetime", "60"])
        #expect(try await verifier(at: 59).verify(token).subject == "ada")
        await #expect(throws: AuthenticationFailure.expired) { try await verifier(at: 60).verify(token) }
    }

    @Test("By default it is for a developer and holds an hour")
    func defaults() async throws {
        let token = try await mint()
        #expect(try await verifier(at: 3_599).verify(token).subject == "developer")
        await #expect(throws: AuthenticationFailure.expired) { try await verifier(at: 3_600).verify(token) }
    }

    @Test("Issuer and audience are those of the settings")
    func issuerAndAudience() async throws {
        let token = try await mint([], ["JWT_SECRET": Self.secret, "JWT_ISSUER": "me", "JWT_AUDIENCE": "you"])
        #expect(try await verifier(issuer: "me", audience: "you").verify(token).subject == "developer")
        await #expect(throws: AuthenticationFailure.wrongIssuer) { try await verifier().verify(token) }
    }

    @Test("The longest subject that it takes is one that the gateway takes")
    func longestSubject() async throws {
        let subject = String(repeating: "a", count: TokenVerifier.longestSubject)
        #expect(try await verifier().verify(try await mint(["--subject", subject])).subject == subject)
        #expect(throws: (any Error).self) { try Token.parse(["--subject", subject + "a"]) }
    }

    @Test(
        "A secret that the gateway would not start with is refused by name",
        arguments: ["short", String(repeating: "x", count: 31)])
    func shortSecret(_ secret: String) async throws {
        let failure = await #expect(throws: ConfigurationFailure.self) { try await mint([], ["JWT_SECRET": secret]) }
        #expect(
            failure?.description
                == "JWT_SECRET has \(secret.count) characters; the gateway wants at least \(TokenVerifier.shortestSecret)."
        )
    }

    @Test("Without a secret it says what is missing")
    func missingSecret() async {
        let failure = await #expect(throws: ConfigurationFailure.self) { try await mint([], [:]) }
        #expect(failure?.key == "JWT_SECRET")
    }

    @Test(
        "What would make a token that nobody accepts is refused",
        arguments: [["--lifetime", "0"], ["--lifetime", "604801"], ["--subject", ""], ["--subject", "a\nb"]])
    func arguments(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try Token.parse(arguments) }
    }
}
