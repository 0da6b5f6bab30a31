import Foundation
import JWTKit
import Testing

@testable import Gateway

@Suite("Verifying tokens")
struct TokenVerifierTests {
    private func verify(_ token: String) async throws -> Caller {
        let verifier = await TokenVerifier(
            secret: TestGateway.secret, issuer: "certforge", audience: "certforge-api", now: { TestGateway.now })
        return try await verifier.verify(token)
    }

    @Test("A good token names its caller and what it permits")
    func goodToken() async throws {
        let caller = try await verify(try await TokenMint().token(scope: "jobs:read jobs:write"))
        #expect(caller == Caller(subject: "ada", scopes: ["jobs:read", "jobs:write"]))
    }

    @Test("The audience may be one of several")
    func severalAudiences() async throws {
        let token = try await TokenMint().token(audiences: ["other", "certforge-api"])
        #expect(try await verify(token).subject == "ada")
    }

    @Test("A token that starts to hold within the clock's skew is accepted")
    func skew() async throws {
        #expect(try await verify(try await TokenMint().token(notBeforeIn: 59)).subject == "ada")
    }

    @Test("A token whose claims do not hold is refused with the claim's own reason", arguments: FaultyClaims.allCases)
    func faultyClaims(_ fault: FaultyClaims) async throws {
        let token = try await fault.token()
        await #expect(throws: fault.failure) { try await verify(token) }
    }

    enum FaultyClaims: CaseIterable {
        case expired, expiringNow, noExpiry, notYetValid, otherIssuer, noIssuer, otherAudience, noAudience
        case emptyAudience, noSubject, emptySubject, subjectWithLineFeed, endlessSubject

        func token() async throws -> String {
            let mint = TokenMint()
            return switch self {
            case .expired: try await mint.token(expiresIn: -3_600)
            case .expiringNow: try await mint.token(expiresIn: 0)
            case .noExpiry: try await mint.token(expiresIn: nil)
            case .notYetValid: try await mint.token(notBeforeIn: 61)
            case .otherIssuer: try await mint.token(issuer: "someone-else")
            case .noIssuer: try await mint.token(issuer: nil)
            case .otherAudience: try await mint.token(audiences: ["billing"])
            case .noAudience: try await mint.token(audiences: nil)
            case .emptyAudience: try await mint.token(audiences: [])
            case .noSubject: try await mint.token(subject: nil)
            case .emptySubject: try await mint.token(subject: "")
            case .subjectWithLineFeed: try await mint.token(subject: "ada\nadmin")
            case .endlessSubject: try await mint.token(subject: String(repeating: "a", count: 257))
            }
        }

        var failure: AuthenticationFailure {
            switch self {
            case .expired, .expiringNow: .expired
            case .noExpiry: .noExpiry
            case .notYetValid: .notYetValid
            case .otherIssuer, .noIssuer: .wrongIssuer
            case .otherAudience, .noAudience, .emptyAudience: .wrongAudience
            case .noSubject, .emptySubject, .subjectWithLineFeed, .endlessSubject: .noSubject
            }
        }
    }

    @Test("A token of another key is refused")
    func otherKey() async throws {
        let token = try await TokenMint(secret: String(repeating: "x", count: 40)).token()
        await #expect(throws: AuthenticationFailure.badSignature) { try await verify(token) }
    }

    @Test("A token whose claims were changed after signing is refused")
    func changedClaims() async throws {
        let parts = try await TokenMint().token().split(separator: ".")
        let other = try await TokenMint().token(subject: "eve").split(separator: ".")
        let token = "\(parts[0]).\(other[1]).\(parts[2])"
        await #expect(throws: AuthenticationFailure.badSignature) { try await verify(token) }
    }

    @Test("Only HS256 is accepted, whatever the header says")
    func otherAlgorithm() async throws {
        let secret = String(repeating: "k", count: 64)
        let stronger = try await TokenMint(secret: secret, algorithm: .sha512).token()
        await #expect(throws: AuthenticationFailure.wrongAlgorithm) { try await verify(stronger) }
        let claims = try await TokenMint().token().split(separator: ".")[1]
        let unsigned = "\(Data(#"{"alg":"none"}"#.utf8).base64URLEncoded).\(claims)."
        await #expect(throws: AuthenticationFailure.wrongAlgorithm) { try await verify(unsigned) }
    }

    @Test("A token that is meant for something else than access is refused")
    func otherType() async throws {
        let token = try await TokenMint().token(header: ["typ": "id+jwt"])
        await #expect(throws: AuthenticationFailure.wrongType) { try await verify(token) }
    }

    @Test(
        "What is no token is refused without being read further",
        arguments: ["abc", "a.b", "a.b.c", "....", "e30.e30.e30", "!!!.###.$$$", "e30.e30.e30.e30"])
    func noToken(_ text: String) async throws {
        await #expect(throws: AuthenticationFailure.self) { try await verify(text) }
    }

    @Test("A token of more than 8 KiB is refused unread")
    func tooLong() async throws {
        let token = try await TokenMint().token(scope: String(repeating: "s", count: 8_192))
        await #expect(throws: AuthenticationFailure.tooLong) { try await verify(token) }
    }
}
