import Contracts
import Testing

@Suite("The place of a syntax error")
struct JSONSyntaxTests {
    @Test(
        "What is JSON is accepted",
        arguments: [
            "{}", "[]", " null ", "true", "-0.5e+10", #""a\u00e9\n""#, #"{"a":[1,{"b":"ü"}],"c":false}"#, "[[],{}]",
            #"[{"a":1},{"a":{"a":2}}]"#,
        ])
    func accepted(_ text: String) throws {
        try JSONSyntax.check(Array(text.utf8))
    }

    private static let faultyTexts: [(String, Int, Int)] = [
        ("", 1, 1), ("{", 1, 2), ("{\"a\":1,}", 1, 8), ("{\"a\" 1}", 1, 6), ("[1,]", 1, 4), ("[1 2]", 1, 4),
        ("{\n  \"a\": x\n}", 2, 8), ("\"ü\" x", 1, 5), ("{'a':1}", 1, 2), ("01", 1, 2), ("1.", 1, 3), ("-", 1, 2),
        ("\"\\x\"", 1, 3), ("\"\\u12g4\"", 1, 3), ("\"abc", 1, 5), ("\"a\nb\"", 1, 3), ("nul", 1, 4), ("tru e", 1, 4),
        ("{} {}", 1, 4), ("NaN", 1, 1), ("{\"a\":1,\"b\":2,\"a\":3}", 1, 17), ("[{\"a\":{},\"a\":{}}]", 1, 13),
    ]

    @Test("What is not is refused with its place", arguments: faultyTexts)
    func refused(_ text: String, _ line: Int, _ column: Int) {
        #expect { try JSONSyntax.check(Array(text.utf8)) } throws: { error in
            let violation = error as? JSONSyntax.Violation
            return violation?.line == line && violation?.column == column
        }
    }

    @Test("Bytes that are no UTF-8 are refused")
    func notUTF8() {
        #expect(throws: JSONSyntax.Violation.self) { try JSONSyntax.check([0x22, 0xff, 0x22]) }
    }

    @Test("A million brackets are refused long before the stack ends")
    func depth() {
        #expect(throws: JSONSyntax.Violation.self) {
            try JSONSyntax.check(Array(repeating: UInt8(ascii: "["), count: 1_000_000))
        }
    }

    @Test("Arrays may nest as deeply as is allowed, and what is too deep is told apart")
    func deepest() throws {
        func nested(_ levels: Int) -> [UInt8] {
            Array((String(repeating: "[", count: levels) + "1" + String(repeating: "]", count: levels)).utf8)
        }
        try JSONSyntax.check(nested(3), depthLimit: 3)
        let violation = #expect(throws: JSONSyntax.Violation.self) { try JSONSyntax.check(nested(4), depthLimit: 3) }
        #expect(violation?.isTooDeep == true)
        #expect(violation?.column == 4)
        #expect(throws: JSONSyntax.Violation.self) { try JSONSyntax.check(Array("[1".utf8)) }
    }

    @Test("A field that occurs twice is refused unless it is allowed")
    func sameNames() throws {
        let bytes = Array(#"{"a":1,"a":2}"#.utf8)
        #expect(throws: JSONSyntax.Violation.self) { try JSONSyntax.check(bytes) }
        try JSONSyntax.check(bytes, allowsSameNames: true)
    }
}
