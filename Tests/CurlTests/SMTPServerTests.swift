import Testing

@testable import Curl

@Suite("SMTP server URL")
struct SMTPServerTests {
    @Test("Encryption is required unless it is turned off by name")
    func encryption() throws {
        #expect(try SMTPServer(url: "smtp://h").encryption == .startTLS)
        #expect(try SMTPServer(url: "smtp://h?starttls=required").encryption == .startTLS)
        #expect(try SMTPServer(url: "smtp://h?starttls=never").encryption == .none)
        #expect(try SMTPServer(url: "smtps://h").encryption == .implicit)
    }

    @Test("Ports default to submission's")
    func ports() throws {
        #expect(try SMTPServer(url: "smtp://h").port == 587)
        #expect(try SMTPServer(url: "smtps://h").port == 465)
        #expect(try SMTPServer(url: "smtp://h:1025").curlURL.hasPrefix("smtp://h:1025/"))
    }

    @Test("User name and password are percent-decoded and never printed")
    func login() throws {
        let server = try SMTPServer(
            url: "smtp://me%40example.org:p%3Ass%2Fword@mail.example.org:2525?ehlo=certforge.test")
        #expect(server.login == SMTPServer.Login(user: "me@example.org", password: "p:ss/word"))
        #expect(server.curlURL == "smtp://mail.example.org:2525/certforge.test")
        #expect("\(server)" == "smtp://mail.example.org:2525")
        #expect(!String(reflecting: server).contains("p:ss/word"))
    }

    @Test("An address of version 6 stays bracketed")
    func addressVersion6() throws {
        #expect(try SMTPServer(url: "smtp://[::1]:25?ehlo=a").curlURL == "smtp://[::1]:25/a")
    }

    @Test(
        "A URL that is not understood is refused, without its password in the error",
        arguments: [
            "", "mail.example.org", "http://h", "smtp://", "smtp://u:secret@", "smtp://u:secret@h/path",
            "smtp://u:secret@h?starttls=maybe", "smtp://u:secret@h?unknown=1",
            "smtp://u:25?secret@h", "smtp://u:secret@h?starttls=never&starttls=never",
            "smtps://u:secret@h?starttls=never", "smtp://u:secret@h:99999", "smtp://u:secret%0d%0aQUIT@h",
            "smtp://u:secret%00@h", "smtp://u:secret@h?ehlo=a%0d%0ab", "smtp://u:secret@h%0d%0a",
        ])
    func malformed(url: String) {
        let error = #expect(throws: CurlError.self) { try SMTPServer(url: url) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.debugDescription.contains("secret") == false)
    }
}
