import HTTPTypes
import Testing

@testable import Gateway

@Suite("The Idempotency-Key header")
struct IdempotencyKeyTests {
    @Test(
        "A key is the same in quotation marks and bare",
        arguments: [
            ("8e03978e-40d5", "8e03978e-40d5"), (#""8e03978e-40d5""#, "8e03978e-40d5"),
            (#""a \"b\" \\c""#, #"a "b" \c"#),
            (String(repeating: "k", count: 255), String(repeating: "k", count: 255)),
        ])
    func accepted(_ header: String, _ key: String) throws {
        #expect(try IdempotencyKey(header).text == key)
    }

    @Test(
        "What is neither is refused",
        arguments: [
            "", #""""#, #""unclosed"#, #""a"b"#, "a b", "a,b", "schlüssel", #"a"b"#, #""bad \n escape""#,
            String(repeating: "k", count: 256), "\"" + String(repeating: "k", count: 256) + "\"",
        ])
    func refused(_ header: String) {
        #expect(throws: FaultyKey.self) { try IdempotencyKey(header) }
    }

    @Test("A request may be sent without a key, but not with two")
    func count() throws {
        #expect(try IdempotencyKey.read(from: [:]) == nil)
        var headers = HTTPFields()
        let name = try #require(HTTPField.Name(IdempotencyKey.header))
        headers.append(HTTPField(name: name, value: "a"))
        headers.append(HTTPField(name: name, value: "b"))
        #expect(throws: FaultyKey.self) { try IdempotencyKey.read(from: headers) }
    }
}
