import Foundation
import Testing

@testable import Notifier

@Suite("Mail headers")
struct HeaderTextTests {
    private func decoded(_ words: [String]) -> String {
        words.map { word in
            let base64 = word.dropFirst("=?utf-8?B?".count).dropLast(2)
            return String(decoding: Data(base64Encoded: String(base64)) ?? Data(), as: UTF8.self)
        }.joined()
    }

    @Test("Plain ASCII stays as it is")
    func plain() {
        #expect(HeaderText.field("Subject", "hello world") == "Subject: hello world")
    }

    @Test("Other text becomes encoded words of at most 75 characters, whole characters in each")
    func encoded() {
        let text = String(repeating: "Prüfung 日本語 🎉 ", count: 12)
        let words = HeaderText.encodedWords(text)
        #expect(words.count > 3)
        #expect(words.allSatisfy { $0.count <= 75 && !decoded([$0]).contains("\u{FFFD}") })
        #expect(decoded(words) == text)
    }

    @Test("Text that looks encoded is encoded, so that the reader sees what was written")
    func lookalike() {
        let text = "=?utf-8?q?=0D=0ABcc:evil=40example.org?="
        #expect(decoded(HeaderText.encodedWords(text)) == text)
        #expect(HeaderText.field("Subject", text).hasPrefix("Subject: =?utf-8?B?"))
    }

    @Test(
        "No text adds a header",
        arguments: [
            "a\r\nBcc: evil@example.org", "a\nBcc: evil@example.org", "a\rBcc: evil@example.org", "a\u{2028}Bcc: x",
        ])
    func injection(text: String) {
        let field = HeaderText.field("Subject", text)
        #expect(!field.contains("\n") && !field.contains("\r"))
        #expect(!MailAddress("\(text) <a@b.c>").map(\.headerValue, default: "").contains { $0.isNewline })
    }

    @Test("A long line is folded at spaces")
    func folding() {
        let lines = HeaderText.field("Subject", Array(repeating: "word", count: 40).joined(separator: " "))
            .components(separatedBy: "\r\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.count <= 78 })
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix(" word") })
    }

    @Test(
        "A sender is an address with or without a name",
        arguments: [
            ("certforge@example.org", "certforge@example.org"),
            ("CertForge <certforge@example.org>", "CertForge <certforge@example.org>"),
            (#""Cert, Forge" <a@b.c>"#, #""Cert, Forge" <a@b.c>"#),
            ("Zertifikate Süd <a@b.c>", "=?utf-8?B?WmVydGlmaWthdGUgU8O8ZA==?= <a@b.c>"), ("<a@b.c>", "a@b.c"),
        ])
    func sender(text: String, expected: String) {
        #expect(MailAddress(text)?.headerValue == expected)
    }

    @Test(
        "What is no address is no sender",
        arguments: ["", "CertForge", "a b@c", "CertForge <a@b.c", "x <a@b.c> y", "é@b.c"])
    func noSender(text: String) {
        #expect(MailAddress(text) == nil)
    }

    @Test("A sender's domain follows its last sign")
    func domain() {
        #expect(MailAddress("CertForge <certforge@mail.example.org>")?.domain == "mail.example.org")
    }
}

extension Optional {
    fileprivate func map<Result>(_ transform: (Wrapped) -> Result, default value: Result) -> Result {
        map(transform) ?? value
    }
}
