import Curl
import Foundation
import Testing

/// Mails handed to a real SMTP server, aiosmtpd, in a child process.
@Suite("SMTP", .timeLimit(.minutes(2)))
struct SMTPTests {
    let engine: CurlEngine

    init() throws {
        engine = try CurlEngine()
    }

    private func mail(to recipient: String, message: String = "Subject: s\n\nbody\n") -> SMTPMail {
        SMTPMail(envelopeFrom: "certforge@example.org", recipient: recipient, message: Data(message.utf8))
    }

    private func failure(of mail: SMTPMail, via url: String) async throws -> CurlError {
        let server = try SMTPServer(url: url)
        return try #require(await #expect(throws: CurlError.self) { try await engine.sendMail(mail, via: server) })
    }

    @Test("A mail is taken, with its lines ended by CRLF and its dots kept")
    func accepted() async throws {
        let server = try await ScriptedSMTPServer()
        let reply = try await engine.sendMail(
            mail(to: "bob@example.org", message: "Subject: s\n\none\n.\n..two\r\nthree"),
            via: SMTPServer(url: server.url + "?starttls=never&ehlo=certforge.test"))
        #expect(reply.code == 250)
        #expect(reply.text.contains("taken as scripted"))
        let record = await server.finish()
        let taken = try #require(record.mails.first)
        #expect(record.mails.count == 1)
        #expect(taken.sender == "certforge@example.org")
        #expect(taken.recipients == ["bob@example.org"])
        #expect(taken.data == "Subject: s\r\n\r\none\r\n.\r\n..two\r\nthree\r\n")
        #expect(record.transcript.hasPrefix("EHLO certforge.test\r\n"))
        #expect(record.transcript.contains("\r\nQUIT\r\n"))
    }

    @Test(
        "A refusal is transient or permanent by the reply's code, at whatever point it comes",
        arguments: [
            ("rcpt-451", CurlError.Code.smtpTransient(451)), ("rcpt-550", .smtpPermanent(550)),
            ("data-452", .smtpTransient(452)), ("data-554", .smtpPermanent(554)),
        ])
    func refusals(script: String, expected: CurlError.Code) async throws {
        let server = try await ScriptedSMTPServer()
        let error = try await failure(of: mail(to: "\(script)@example.org"), via: server.url + "?starttls=never")
        #expect(error.code == expected)
        #expect(error.debugDescription.contains("scripted refusal"))
        #expect(await server.finish().mails.isEmpty)
    }

    @Test("A connection lost after the message is worth another try")
    func hangup() async throws {
        let server = try await ScriptedSMTPServer()
        let error = try await failure(of: mail(to: "hangup@example.org"), via: server.url + "?starttls=never")
        #expect(error.code == .connectionLost)
        #expect(error.isRetriable)
        #expect(await server.finish().mails.count == 1)
    }

    @Test("A server without STARTTLS gets nothing, unless it is told so by name")
    func encryptionRequired() async throws {
        let server = try await ScriptedSMTPServer()
        let error = try await failure(of: mail(to: "bob@example.org"), via: server.url)
        #expect(error.code == .encryptionUnavailable)
        #expect(error.isFatal)
        let record = await server.finish()
        #expect(record.count(ofCommand: "MAIL") == 0)
        #expect(record.mails.isEmpty)
    }

    @Test("STARTTLS and TLS from the start take a certificate that is trusted", arguments: [true, false])
    func encrypted(isImplicit: Bool) async throws {
        let certificate = try TestCertificate()
        let server = try await ScriptedSMTPServer(isImplicit ? .implicitTLS : .startTLS, certificate: certificate)
        let base = "\(isImplicit ? "smtps" : "smtp")://127.0.0.1:\(server.port)"
        let reply = try await engine.sendMail(
            mail(to: "bob@example.org"), via: SMTPServer(url: base + "?cafile=\(certificate.file)"))
        #expect(reply.code == 250)

        let error = try await failure(of: mail(to: "bob@example.org"), via: base)
        #expect(error.code == .tls)
        #expect(await server.finish().mails.count == 1)
    }

    @Test("A login is used, and a wrong one is told apart from a refused mail")
    func login() async throws {
        let certificate = try TestCertificate()
        let server = try await ScriptedSMTPServer(.startTLS, certificate: certificate, login: "me:p@ss word")
        let address = "127.0.0.1:\(server.port)?cafile=\(certificate.file)"
        let reply = try await engine.sendMail(
            mail(to: "bob@example.org"), via: SMTPServer(url: "smtp://me:p%40ss%20word@\(address)"))
        #expect(reply.code == 250)

        var error = try await failure(of: mail(to: "bob@example.org"), via: "smtp://me:wrong@\(address)")
        #expect(error.code == .smtpLoginDenied(535))
        #expect(error.isFatal)
        error = try await failure(of: mail(to: "bob@example.org"), via: "smtp://\(address)")
        #expect(error.code == .smtpPermanent(530))
        #expect(await server.finish().mails.count == 1)
    }

    @Test("No address of the injection corpus reaches the wire")
    func injection() async throws {
        let server = try await ScriptedSMTPServer()
        let target = try SMTPServer(url: server.url + "?starttls=never")
        for address in SMTPInjection.addresses {
            let error = await #expect(throws: CurlError.self) {
                try await engine.sendMail(mail(to: address), via: target)
            }
            #expect(error?.code == .invalidAddress)
            let sender = SMTPMail(envelopeFrom: address, recipient: "bob@example.org", message: Data("x".utf8))
            await #expect(throws: CurlError.self) { try await engine.sendMail(sender, via: target) }
        }
        #expect(await server.finish().transcript.isEmpty)
    }

    @Test("A message cannot end itself and begin another", arguments: SMTPInjection.messages)
    func smuggling(message: String) async throws {
        let server = try await ScriptedSMTPServer()
        _ = try await engine.sendMail(
            mail(to: "bob@example.org", message: message), via: SMTPServer(url: server.url + "?starttls=never"))
        let record = await server.finish()
        #expect(record.mails.count == 1)
        #expect(record.mails.first?.recipients == ["bob@example.org"])
        #expect(record.mails.first?.data.contains("evil@example.org") == true)
    }

    @Test(
        "Cancelling or shutting down in mid-transaction closes the connection and delivers nothing",
        arguments: [true, false])
    func cancellation(byShutdown: Bool) async throws {
        let server = try await ScriptedSMTPServer()
        let target = try SMTPServer(url: server.url + "?starttls=never")
        let mail = mail(to: "stall@example.org")
        let task = Task { [engine] in try await engine.sendMail(mail, via: target) }
        try #require(await server.waits(for: "stalled"))
        if byShutdown { await engine.shutdown() } else { task.cancel() }
        await #expect(throws: CurlError(byShutdown ? .shutDown : .cancelled)) { try await task.value }
        #expect(await server.waits(for: "closed"))
        let transcript = await server.finish().transcript
        #expect(transcript.hasSuffix("RCPT TO:<stall@example.org>\r\n"))
    }

    @Test("A silent server is given up after the idle time")
    func idle() async throws {
        let server = try await ScriptedSMTPServer()
        var target = try SMTPServer(url: server.url + "?starttls=never")
        target.timeouts.idle = .milliseconds(300)
        let error = await #expect(throws: CurlError.self) {
            try await engine.sendMail(mail(to: "stall@example.org"), via: target)
        }
        #expect(error?.code == .timeout(.idle))
        #expect(await server.waits(for: "closed"))
    }
}

/// What must not become a second command, recipient or mail.
enum SMTPInjection {
    static let addresses = [
        "bob@example.org\r\nRCPT TO:<evil@example.org>", "bob@example.org\nRCPT TO:<evil@example.org>",
        "bob@example.org\rRCPT TO:<evil@example.org>", "bob@example.org>\r\nRCPT TO:<evil@example.org",
        "bob@example.org%0d%0aRCPT TO:<evil@example.org>", "bob@example.org\u{2028}", "bob\u{0}@example.org",
        "bob@example.org\r\n.\r\n", "bob@example.org\n.\n", #""bob"@example.org"#, "<bob@example.org>",
        "=?utf-8?q?=0D=0ABcc:evil=40example.org?=", "bób@example.org",
    ]

    private static let second = "MAIL FROM:<a@example.org>\r\nRCPT TO:<evil@example.org>\r\nDATA\r\nx\r\n.\r\n"

    static let messages = [
        "a\r\n.\r\n\(second)", "a\n.\n\(second)", "a\n.\r\n\(second)", "a\r.\r\(second)", "a\r\n.\r\(second)",
        "a\r.\n\(second)",
    ]
}
