import Foundation
import Testing

@testable import Notifier

@Suite("Quoted-printable")
struct QuotedPrintableTests {
    private func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.replacing("=\r\n", with: "").utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                bytes.append(byte)
                continue
            }
            bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "Text survives, in lines of at most 76 characters, none of them special to a mail server",
        arguments: [
            "", "plain", "a=b", "Ende \n\tx\t\n", ".\n..\n.x", "From here\nFrom", String(repeating: "x", count: 300),
            String(repeating: "ü", count: 100), String(repeating: "a", count: 75) + " ",
            String(repeating: "a", count: 76),
            String(repeating: "a", count: 75) + ".", String(repeating: "a", count: 75) + "From there", "🎉\n日本",
        ])
    func roundTrip(text: String) {
        let encoded = QuotedPrintable.encode(text)
        let lines = encoded.components(separatedBy: "\r\n")
        #expect(decoded(encoded) == text.replacing("\n", with: "\r\n") + "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 76 && !$0.hasPrefix(".") && !$0.hasPrefix("From ") })
        #expect(lines.allSatisfy { !$0.hasSuffix(" ") && !$0.hasSuffix("\t") })
        #expect(encoded.utf8.allSatisfy { $0 < 0x7f })
    }

    @Test("Every kind of line end becomes CRLF")
    func lineEnds() {
        #expect(QuotedPrintable.encode("a\r\nb\nc\rd") == "a\r\nb\r\nc\r\nd\r\n")
    }
}
