import HTTPTypes
import HummingbirdTesting
import Testing

@testable import Gateway

@Suite("Texts of a body that end in names of the broker and in the audit trail")
struct BodyReaderTests {
    private static let path = "/api/v1/dead-letters/01890a5d-ac96-774b-bcce-b302099a8057"

    private let gateway: TestGateway

    init() async throws {
        gateway = try await TestGateway()
    }

    @Test(
        "What is too long in bytes or has control characters is refused",
        arguments: [
            String(repeating: "ü", count: 128), String(repeating: "x", count: 256), "", "two\\nlines",
            "escape\\u001b[31m", "\\u0000", "\\u0085",
        ])
    func routingKey(_ key: String) async throws {
        let response = try await gateway.send(.post, "\(Self.path)/edit", body: #"{"routingKey":"\#(key)"}"#)
        let problem = try response.problem()
        #expect(problem.status == 400 && problem.pointers == ["/routingKey"])
        #expect(problem.details.contains("1 to 255 bytes in UTF-8, without control characters"))
    }

    @Test("A reason is measured in bytes too", arguments: ["discard", "edit"])
    func good(_ action: String) async throws {
        let texts = ["routingKey": String(repeating: "ü", count: 127), "reason": String(repeating: "ü", count: 250)]
        let field = action == "edit" ? "routingKey" : "reason"
        let text = try #require(texts[field])
        // It reaches the database, which is absent here.
        let taken = try await gateway.send(.post, "\(Self.path)/\(action)", body: #"{"\#(field)":"\#(text)"}"#)
        #expect(try taken.problem().status == 503)
        let refused = try await gateway.send(.post, "\(Self.path)/\(action)", body: #"{"\#(field)":"\#(text)üü"}"#)
        #expect(try refused.problem().pointers == ["/\(field)"])
    }
}
