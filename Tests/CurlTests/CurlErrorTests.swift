import CCurl
import Testing

@testable import Curl

@Suite("Transfer errors")
struct CurlErrorTests {
    private func code(
        _ result: CURLcode, reply: Int = 0, isConnected: Bool = true
    ) -> CurlError.Code {
        CurlError(
            TransferFailure(
                result: result, replyCode: reply, replyText: "said so", detail: "d", isConnected: isConnected)
        ).code
    }

    @Test("The reply's code tells a refusal for now from one for good, libcurl's own code being the same")
    func replies() {
        #expect(code(CURLE_SEND_ERROR, reply: 451) == .smtpTransient(451))
        #expect(code(CURLE_SEND_ERROR, reply: 550) == .smtpPermanent(550))
        #expect(code(CURLE_WEIRD_SERVER_REPLY, reply: 421) == .smtpTransient(421))
        #expect(code(CURLE_LOGIN_DENIED, reply: 535) == .smtpLoginDenied(535))
    }

    @Test("A connection that breaks after a good reply is a lost connection")
    func lostAfterReply() {
        #expect(code(CURLE_RECV_ERROR, reply: 354) == .connectionLost)
        #expect(code(CURLE_GOT_NOTHING) == .connectionLost)
        #expect(code(CURLE_OPERATION_TIMEDOUT, reply: 451) == .timeout(.total))
    }

    @Test("A time-out says whether a connection was there")
    func timeouts() {
        #expect(code(CURLE_OPERATION_TIMEDOUT, isConnected: false) == .timeout(.connect))
        #expect(code(CURLE_OPERATION_TIMEDOUT) == .timeout(.total))
    }

    @Test(
        "What may pass by itself is worth another try, what needs a person is not",
        arguments: [
            (CurlError.Code.smtpTransient(450), true, false), (.smtpPermanent(550), false, false),
            (.smtpLoginDenied(535), false, true), (.smtpLoginDenied(454), true, false),
            (.encryptionUnavailable, false, true), (.connect, true, false), (.timeout(.idle), true, false),
            (.invalidAddress, false, false), (.cancelled, false, false), (.connectionLost, true, false),
        ])
    func classes(code: CurlError.Code, isRetriable: Bool, isFatal: Bool) {
        #expect(CurlError(code).isRetriable == isRetriable)
        #expect(CurlError(code).isFatal == isFatal)
    }

    @Test("The description says nothing of the peer, the debug description everything")
    func descriptions() {
        let error = CurlError(.smtpPermanent(550), curlCode: 55, detail: "no such user bob@example.org")
        #expect("\(error)" == "The mail server refused with code 550.")
        #expect(String(reflecting: error) == "CurlError(smtp-permanent, libcurl 55): no such user bob@example.org")
        #expect(String(reflecting: CurlError(.connect)) == "CurlError(connect)")
    }
}
