import Curl
import Foundation
import Testing

@testable import CertForgeCLI

@Suite("What the management API refused")
struct ManagementFailureTests {
    private let address = "http://broker:15672"

    @Test(
        "Each answer is told with the setting to look at",
        arguments: [
            (
                401, #"{"error":"not_authorized","reason":"Login failed"}"#, ManagementFailure.Kind.login,
                "RABBITMQ_MANAGEMENT_URL"
            ),
            (401, #"{"error":"not_authorized","reason":"User not authorised"}"#, .forbidden, "policymaker"),
            (404, #"{"error":"Object Not Found","reason":"Not Found"}"#, .missing, "15672"),
            (400, #"{"error":"bad_request","reason":"inequivalent arg"}"#, .refused, "inequivalent arg"),
            (200, "<html>", .notManagement, "RABBITMQ_MANAGEMENT_URL"), (502, "", .notManagement, "502"),
        ])
    func answers(_ status: Int, _ body: String, _ kind: ManagementFailure.Kind, _ words: String) {
        let failure = ManagementFailure(address: address, what: "list it", status: status, body: Data(body.utf8))
        #expect(failure.kind == kind)
        #expect(failure.description.contains(words))
    }

    @Test("A port that does not speak HTTP is told apart from one where nothing listens")
    func noAnswer() {
        #expect(ManagementFailure(address: address, error: CurlError(.protocolViolation)).kind == .notManagement)
        #expect(ManagementFailure(address: address, error: CurlError(.connect)).kind == .unreachable)
        #expect(ManagementFailure(address: address, error: CurlError(.tls)).description.contains("http://"))
    }

    @Test("Tables may be written as empty lists, and values of any kind are read")
    func tables() throws {
        let json = #"[[], {"a": 1, "b": "x", "c": true, "d": [1], "e": 1.5}]"#
        let tables = try JSONDecoder().decode([BrokerTable].self, from: Data(json.utf8))
        #expect(tables[0] == BrokerTable())
        #expect(
            tables[1].values == ["a": .number(1), "b": .text("x"), "c": .flag(true), "d": .other, "e": .other])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(BrokerTable.self, from: Data("[1]".utf8)) }
    }
}
