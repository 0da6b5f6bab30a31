import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Gateway

@Suite("What every answer has")
struct MiddlewareTests {
    @Test("A sane request id is echoed", arguments: ["abc-123", "A.b_c", String(repeating: "x", count: 128)])
    func echoedID(_ id: String) async throws {
        let headers = JobSubmissionTests.headers("X-Request-ID", id)
        let response = try await TestGateway().send(.get, "/api/v1/regions", headers: headers)
        #expect(response.headers[named: "X-Request-ID"] == id)
    }

    @Test(
        "Any other request id is replaced",
        arguments: ["", "a b", "a\"b", "ü", "a;b", "<script>", String(repeating: "x", count: 129)])
    func replacedID(_ id: String) async throws {
        let headers = JobSubmissionTests.headers("X-Request-ID", id)
        let response = try await TestGateway().send(.get, "/api/v1/regions", headers: headers)
        let answered = try #require(response.headers[named: "X-Request-ID"])
        #expect(answered != id && answered.count == 36)
    }

    @Test("A problem carries the trace that the client sent")
    func trace() async throws {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let headers = JobSubmissionTests.headers("traceparent", "00-\(trace)-00f067aa0ba902b7-01")
        let response = try await TestGateway().send(.get, "/nowhere", headers: headers)
        #expect(try response.problem().trace_id == trace)
    }

    @Test("A trace that is not valid is replaced", arguments: ["", "00-0-0-01", "ff-x"])
    func invalidTrace(_ traceparent: String) async throws {
        let headers = JobSubmissionTests.headers("traceparent", traceparent)
        let response = try await TestGateway().send(.get, "/nowhere", headers: headers)
        #expect(try response.problem().trace_id.count == 32)
    }

    @Test(
        "Answers and problems keep browsers and caches from doing more with them",
        arguments: ["/api/v1/stats", "/nowhere", "/api/v1/certifications/jobs/42"])
    func securityHeaders(_ path: String) async throws {
        let headers = try await TestGateway().send(.get, path).headers
        #expect(headers[.cacheControl] == "no-store")
        #expect(headers[.contentSecurityPolicy] == "default-src 'none'; frame-ancestors 'none'")
        #expect(headers[.xContentTypeOptions] == "nosniff")
        #expect(headers[named: "X-Frame-Options"] == "DENY")
        #expect(headers[named: "Referrer-Policy"] == "no-referrer")
        #expect(headers[.strictTransportSecurity] == nil)
        #expect(headers[.server] == nil)
        #expect(headers[.accessControlAllowOrigin] == nil)
    }

    @Test("Clients that come over TLS are told to stay there")
    func strictTransportSecurity() async throws {
        let response = try await TestGateway(isReachedOverTLS: true).send(.get, "/api/v1/regions")
        #expect(response.headers[.strictTransportSecurity] == "max-age=63072000; includeSubDomains")
    }
}
