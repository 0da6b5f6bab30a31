import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Gateway

@Suite("Bearer tokens over HTTP")
struct BearerAuthenticationTests {
    @Test("Without a token the answer is a challenge that names no error")
    func missing() async throws {
        let response = try await TestGateway().send(.get, "/api/v1/regions", token: .none)
        #expect(response.status == .unauthorized)
        #expect(response.headers[.wwwAuthenticate] == #"Bearer realm="certforge""#)
        #expect(try response.problem().name == "unauthenticated")
    }

    @Test("An expired token is told so, in the challenge and in the problem")
    func expired() async throws {
        let token = try await TokenMint().token(expiresIn: -1)
        let response = try await TestGateway().send(.get, "/api/v1/regions", token: .raw("Bearer \(token)"))
        #expect(response.status == .unauthorized)
        let challenge = try #require(response.headers[.wwwAuthenticate])
        #expect(challenge.contains(#"error="invalid_token", error_description="The token has expired""#))
        #expect(try response.problem().detail == "The token has expired.")
    }

    @Test(
        "Another scheme or a broken header is refused",
        arguments: ["Basic YWRhOnBhc3N3b3Jk", "Bearer", "Bearer ", "Bearer a b", "token"])
    func otherScheme(_ header: String) async throws {
        let response = try await TestGateway().send(.get, "/api/v1/regions", token: .raw(header))
        #expect(response.status == .unauthorized)
        #expect(try response.problem().detail == "\(AuthenticationFailure.notBearer.explanation).")
    }

    @Test(
        "Every resource wants a token",
        arguments: [
            (HTTPRequest.Method.post, "/api/v1/certifications/jobs"), (.get, "/api/v1/certifications/jobs"),
            (.get, "/api/v1/certifications/jobs/x"), (.delete, "/api/v1/certifications/jobs/x"),
            (.get, "/api/v1/certifications"), (.get, "/api/v1/certifications/x"), (.get, "/api/v1/models"),
            (.get, "/api/v1/regions"), (.get, "/api/v1/stats"), (.head, "/api/v1/stats"),
        ])
    func everywhere(_ method: HTTPRequest.Method, _ path: String) async throws {
        #expect(try await TestGateway().send(method, path, token: .none).status == .unauthorized)
    }

    @Test("Each reason has an explanation of its own that a header can hold", arguments: AuthenticationFailure.allCases)
    func explanations(_ failure: AuthenticationFailure) {
        let same = AuthenticationFailure.allCases.filter { $0.explanation == failure.explanation }
        #expect(same == [failure])
        #expect(failure.explanation.utf8.allSatisfy { (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "\"") })
    }
}
