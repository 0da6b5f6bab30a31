import Foundation
import Testing

@testable import Curl

@Suite("HTTP request validation")
struct HTTPRequestValidationTests {
    @Test(
        "A URL that could say something else than it seems to is refused",
        arguments: [
            "", "example.org", "ftp://example.org", "file:///etc/passwd", "http://", "http:///path",
            "http://user@host/",
            "http://host/a b", "http://host/\r\nX: y", "http://host/\nX", "http://host/\u{0}", "http://hóst/",
            "http://host\\@other/",
        ])
    func badURL(url: String) {
        #expect(throws: CurlError.self) { try HTTPRequest(method: .get, url: url).validate() }
    }

    @Test(
        "An ordinary URL is accepted",
        arguments: ["http://h", "HTTPS://example.org:8443/a%20b?c=@d", "http://[::1]:80/model/a:b%3A0/converse"])
    func goodURL(url: String) throws {
        try HTTPRequest(method: .get, url: url).validate()
    }

    @Test(
        "A header that could smuggle another is refused",
        arguments: [
            ("A\r\nB", "x"), ("A", "x\r\nB: y"), ("A", "x\nB: y"), ("A", "x\rB"), ("A", "x\u{0}"), ("", "x"),
            ("A:", "x"),
            ("A b", "x"), ("Content-Length", "3"), ("transfer-encoding", "chunked"), ("A", "\u{1b}[0m"),
            ("A", "\u{7f}"),
        ])
    func badHeader(name: String, value: String) {
        var request = HTTPRequest(method: .get, url: "http://h")
        request.headers.append(name, value)
        let error = #expect(throws: CurlError.self) { try request.validate() }
        #expect(error?.code == .invalidRequest)
        #expect(error?.isRetriable == false)
    }

    @Test("A header with a tab or UTF-8 text is accepted")
    func goodHeader() throws {
        var request = HTTPRequest(method: .get, url: "http://h")
        request.headers.append("X-Name_1", "a\tb é")
        try request.validate()
    }

    @Test("Limits out of range are refused")
    func limits() {
        var request = HTTPRequest(method: .get, url: "http://h", timeouts: TransferTimeouts(connect: .zero))
        #expect(throws: CurlError.self) { try request.validate() }
        request.timeouts = TransferTimeouts(total: .seconds(86_401))
        #expect(throws: CurlError.self) { try request.validate() }
        request.timeouts = TransferTimeouts(idle: .seconds(-1))
        #expect(throws: CurlError.self) { try request.validate() }
        request.timeouts = TransferTimeouts()
        request.maxResponseBytes = -1
        #expect(throws: CurlError.self) { try request.validate() }
    }

    @Test("A HEAD request with a body is refused")
    func headWithBody() {
        #expect(throws: CurlError.self) {
            try HTTPRequest(method: .head, url: "http://h", body: Data("x".utf8)).validate()
        }
    }
}
