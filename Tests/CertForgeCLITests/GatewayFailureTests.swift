import Curl
import Foundation
import Testing

@testable import CertForgeCLI

@Suite("What the gateway refused")
struct GatewayFailureTests {
    @Test("A problem is told with the place and the cure of each fault, and the trace to quote")
    func problem() {
        let body = """
            {"type":"x","title":"The request is not valid","status":400,"detail":"3 things must be mended.",
             "errors":[{"pointer":"/models/0","detail":"There is no model 'x'."},{"pointer":"","detail":"Say what."},
                       {"parameter":"limit","detail":"From 1 to 100."}],"trace_id":"4bf92f35"}
            """
        let failure = GatewayFailure(status: 400, body: Data(body.utf8))
        #expect(
            failure.description == """
                The request is not valid (400): 3 things must be mended.
                  /models/0: There is no model 'x'.
                  the request: Say what.
                  limit: From 1 to 100.
                  trace: 4bf92f35
                """)
        #expect(!failure.isTemporary)
    }

    @Test("An expired token comes with what to do about it")
    func expiredToken() {
        let body = #"{"title":"A valid bearer token is required","detail":"The token has expired."}"#
        #expect(
            GatewayFailure(status: 401, body: Data(body.utf8)).description == """
                A valid bearer token is required (401): The token has expired.
                  Set CERTFORGE_TOKEN to a new token; 'certforge token' mints one for development.
                """)
    }

    @Test("An answer that is no problem is told by its status", arguments: ["", "<html>", "[]", #"{"detail":"x"}"#])
    func other(_ body: String) {
        #expect(GatewayFailure(status: 502, body: Data(body.utf8)).description == "The gateway answered 502.")
    }

    @Test("Its text cannot steer the terminal")
    func terminalSafety() {
        let body = #"{"title":"a\u001b[2J","detail":"b\r\nc","errors":[{"pointer":"\u009b","detail":"\u202ed"}]}"#
        #expect(GatewayFailure(status: 400, body: Data(body.utf8)).description == "a[2J (400): bc\n  : d")
    }

    @Test(
        "Asking again can help when the gateway is away, and only then",
        arguments: [
            (503, true), (502, true), (504, true), (429, true), (400, false), (401, false), (404, false), (500, false),
        ])
    func temporary(_ status: Int, _ expected: Bool) {
        #expect(GatewayFailure(status: status, body: Data()).isTemporary == expected)
    }

    @Test("A gateway that does not answer is named")
    func noAnswer() {
        let failure = GatewayFailure(address: "http://127.0.0.1:3000", error: CurlError(.connect))
        #expect(
            failure.description
                == "The gateway at http://127.0.0.1:3000 gives no answer. The server could not be reached.")
        #expect(failure.isTemporary)
        #expect(!GatewayFailure(address: "x", error: CurlError(.invalidRequest)).isTemporary)
    }

    @Test("Whoever stops waiting is told that the job goes on, and how to look after it")
    func endings() {
        for ending in [
            JobWatch.Ending.interrupted, .timeLimit(.seconds(5)), .gateway(GatewayFailure(status: 401, body: Data())),
        ] {
            let text = ending.explanation(job: "42")
            #expect(text.contains("The job goes on."))
            #expect(text.contains("certforge jobs show 42") && text.contains("certforge jobs cancel 42"))
        }
        #expect(JobWatch.Ending.timeLimit(.seconds(5)).explanation(job: "42").contains("after 5 seconds"))
    }
}
