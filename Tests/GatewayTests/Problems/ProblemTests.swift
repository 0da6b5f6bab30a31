import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import Gateway

@Suite("Problems")
struct ProblemTests {
    private struct UnforeseenError: Error, CustomStringConvertible {
        var description: String { "password=hunter2 at 10.0.0.7" }
    }

    private let gateway: TestGateway

    init() async throws {
        gateway = try await TestGateway()
    }

    @Test("A path that there is not is a problem, even without a token", arguments: ["/", "/api/v1/x", "/metrics"])
    func unknownPath(_ path: String) async throws {
        let response = try await gateway.send(.get, path, token: .none)
        #expect(response.status == .notFound)
        let problem = try response.problem()
        #expect(problem.name == "not-found" && problem.instance == path)
    }

    @Test(
        "A method that a resource does not have is answered with those that it has",
        arguments: [
            (HTTPRequest.Method.put, "/api/v1/certifications/jobs", "GET, HEAD, POST, OPTIONS"),
            (.post, "/api/v1/certifications/jobs/42", "GET, HEAD, DELETE, OPTIONS"),
            (.delete, "/api/v1/models", "GET, HEAD, OPTIONS"), (.patch, "/api/v1/stats", "GET, HEAD, OPTIONS"),
        ])
    func method(_ method: HTTPRequest.Method, _ path: String, _ allow: String) async throws {
        let response = try await gateway.send(method, path)
        #expect(response.status == .methodNotAllowed)
        #expect(response.headers[.allow] == allow)
        #expect(try response.problem().name == "method-not-allowed")
        let options = try await gateway.send(.options, path, token: .none)
        #expect(options.status == .noContent && options.headers[.allow] == allow)
    }

    @Test("A method that HTTP does not know is not implemented")
    func unknownMethod() async throws {
        let method = try #require(HTTPRequest.Method("BREW"))
        let response = try await gateway.send(method, "/api/v1/models")
        #expect(response.status == .notImplemented)
        #expect(try response.problem().name == "method-not-implemented")
    }

    @Test("HEAD of what is not there has no body")
    func head() async throws {
        let response = try await gateway.send(.head, "/nowhere")
        #expect(response.status == .notFound && response.body.readableBytes == 0)
    }

    @Test("While the database cannot be reached a client is asked to come back")
    func unavailable() async throws {
        await gateway.store.fail(with: InMemoryJobStore.Unreachable(isUnavailability: true))
        let response = try await gateway.send(.get, "/api/v1/stats")
        #expect(response.status == .serviceUnavailable)
        #expect(response.headers[.retryAfter] == "5")
        #expect(try response.problem().name == "service-unavailable")
    }

    @Test("An error that nobody foresaw is a problem that tells nothing of us", arguments: [true, false])
    func internalError(_ isOfStore: Bool) async throws {
        let error: any Error = isOfStore ? InMemoryJobStore.Unreachable(isUnavailability: false) : UnforeseenError()
        await gateway.store.fail(with: error)
        let response = try await gateway.send(.get, "/api/v1/stats")
        #expect(response.status == .internalServerError)
        let text = String(buffer: response.body)
        #expect(try response.problem().name == "internal-error")
        #expect(!text.contains("hunter2") && !text.contains("Unreachable"))
    }

    @Test("Each kind of problem has a status of its class and a type of its own", arguments: ProblemKind.allCases)
    func kinds(_ kind: ProblemKind) {
        #expect(kind.status.code >= 400 && !kind.title.isEmpty)
        #expect(ProblemKind.allCases.filter { $0.uri == kind.uri } == [kind])
    }
}
