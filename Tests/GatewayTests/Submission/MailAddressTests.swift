import Testing

@testable import Gateway

@Suite("E-mail addresses")
struct MailAddressTests {
    @Test(
        "Plain addresses are accepted, their domain in lower case",
        arguments: [
            ("ops@example.com", "ops@example.com"), ("A.b+c@EXAMPLE.com", "A.b+c@example.com"),
            ("root@localhost", "root@localhost"), ("x'y@a-b.example", "x'y@a-b.example"),
            (String(repeating: "a", count: 64) + "@example.com", String(repeating: "a", count: 64) + "@example.com"),
        ])
    func accepted(_ text: String, _ address: String) throws {
        #expect(try MailAddress(text).text == address)
    }

    private static let faultyAddresses: [(String, MailAddress.Flaw)] = [
        ("a@b\r\nBcc: c@d", MailAddress.Flaw.atSign), ("a@example.com\r\nRCPT TO:<x>", .domain),
        ("a\n@example.com", .localPart), ("a\0@example.com", .localPart), ("a b@example.com", .localPart),
        ("<a@example.com>", .localPart), ("\"a\"@example.com", .localPart), ("a,b@example.com", .localPart),
        ("a;b@example.com", .localPart), ("a(b)@example.com", .localPart), ("a\\b@example.com", .localPart),
        ("\u{7f}a@example.com", .localPart), ("ä@example.com", .localPart), ("a@exämple.com", .domain),
        ("", .atSign), ("a", .atSign), ("@", .localPart), ("@example.com", .localPart), ("a@", .domain),
        ("a@b@c", .atSign), (".a@example.com", .localPart), ("a.@example.com", .localPart),
        ("a..b@example.com", .localPart), ("a@.example.com", .domain), ("a@example.com.", .domain),
        ("a@-example.com", .domain), ("a@example-.com", .domain), ("a@[127.0.0.1]", .domain),
        ("a@ex_ample.com", .domain), (String(repeating: "a", count: 65) + "@example.com", .length),
        ("a@" + String(repeating: "b", count: 64) + ".com", .domain),
        ("a@" + Array(repeating: "bbbbbbbbb", count: 26).joined(separator: "."), .length),
    ]

    @Test("Whatever could end a header or an envelope is refused", arguments: faultyAddresses)
    func refused(_ text: String, _ flaw: MailAddress.Flaw) {
        #expect(throws: flaw) { try MailAddress(text) }
    }
}
