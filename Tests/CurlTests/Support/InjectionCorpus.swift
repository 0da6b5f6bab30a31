/// Addresses that would add a command, a header or a recipient if they reached the wire.
enum InjectionCorpus {
    static let addresses = [
        "", "@", "a@", "@b.c", "a", "a@b@c", "a b@c.d", "a@b c",
        "a@b.c\r\nRCPT TO:<evil@example.org>", "a@b.c\nRCPT TO:<evil@example.org>", "a@b.c\rDATA", "a@b.c\r\n.\r\n",
        "a@b.c\n.\n", "a@b.c>\r\nRCPT TO:<evil@example.org", "a@b.c> SIZE=1 <", "<a@b.c>", "a@b.c%0d%0aRCPT TO:<x@y>",
        "a@b.c%0d%0a", "a@b.c\u{2028}Bcc: x@y", "a\u{0}@b.c", "a@b.c\u{0}", "é@b.c", "a@bücher.example",
        #""a b"@c.d"#, "=?utf-8?q?=0D=0ABcc:x=40y?=", "a@b..c", ".a@b.c", "a.@b.c", "a@b.c,evil@example.org",
        "\(String(repeating: "a", count: 65))@b.c", "a@\(String(repeating: "b", count: 253))",
    ]
}
