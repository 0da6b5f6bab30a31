import Foundation
import Testing

@testable import Curl

@Suite("SMTP mail")
struct SMTPMailTests {
    @Test(
        "An ordinary address is accepted",
        arguments: ["a@b", "first.last+tag@mail.example.org", "o'neil@example.org", "x@[127.0.0.1]", "%0d@example.org"])
    func goodAddress(address: String) {
        #expect(EnvelopeAddress.isValid(address))
    }

    @Test("An address that could smuggle a command is refused", arguments: InjectionCorpus.addresses)
    func badAddress(address: String) {
        #expect(!EnvelopeAddress.isValid(address))
        let mail = SMTPMail(envelopeFrom: "a@b.c", recipient: address, message: Data())
        let error = #expect(throws: CurlError.self) { try mail.validate() }
        #expect(error?.code == .invalidAddress)
        #expect(throws: CurlError.self) {
            try SMTPMail(envelopeFrom: address.isEmpty ? "x" : address, recipient: "a@b.c", message: Data()).validate()
        }
    }

    @Test("The empty reverse path is a sender")
    func nullSender() throws {
        try SMTPMail(envelopeFrom: "", recipient: "a@b.c", message: Data("x".utf8)).validate()
    }

    @Test("A message with a NUL is refused")
    func nul() {
        #expect(throws: CurlError.self) {
            try SMTPMail(envelopeFrom: "", recipient: "a@b.c", message: Data([0x61, 0, 0x62])).validate()
        }
    }

    @Test(
        "Every line of a message ends with CRLF",
        arguments: [
            ("a\nb", "a\r\nb"), ("a\r\nb\r\n", "a\r\nb\r\n"), ("a\rb", "a\r\nb"), ("\n.\n", "\r\n.\r\n"),
            ("a\r\r\nb", "a\r\n\r\nb"), ("\n\r", "\r\n\r\n"), ("", ""),
        ])
    func lineEnds(message: String, expected: String) {
        let mail = SMTPMail(envelopeFrom: "", recipient: "a@b.c", message: Data(message.utf8))
        #expect(String(decoding: mail.wireMessage, as: UTF8.self) == expected)
    }
}

@Suite("SMTP replies")
struct SMTPReplyReaderTests {
    private func text(_ lines: [String]) -> String {
        var reader = SMTPReplyReader()
        for line in lines { reader.receive(line: Array("\(line)\r\n".utf8)) }
        return reader.text
    }

    @Test("The last reply is kept, its lines joined, the answer to QUIT left out")
    func lastReply() {
        #expect(
            text(["250-a", "250 b", "550-5.1.1 No such", "550 user here", "221 Bye"]) == "550-5.1.1 No such user here")
        #expect(text(["250 OK"]) == "250 OK")
        #expect(text([]) == "")
    }

    @Test("A reply of any length is cut")
    func limit() {
        #expect(text(Array(repeating: "250-\(String(repeating: "x", count: 300))", count: 9)).count == 500)
    }
}
