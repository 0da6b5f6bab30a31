import AWSWire
import Testing

@Suite("URI encoding")
struct URIEncodingTests {
    @Test(
        "Everything but unreserved characters is encoded, and decoding gives it back",
        arguments: [
            ("anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1%3A0"),
            (
                "arn:aws:bedrock:us-east-1::foundation-model/a",
                "arn%3Aaws%3Abedrock%3Aus-east-1%3A%3Afoundation-model%2Fa"
            ),
            ("a b+c%", "a%20b%2Bc%25"),
            ("ü☂", "%C3%BC%E2%98%82"),
            ("-._~", "-._~"),
            ("", ""),
        ])
    func roundTrip(text: String, encoded: String) {
        #expect(URIEncoding.encode(text) == encoded)
        #expect(URIEncoding.decode(encoded) == text)
    }

    @Test("A percent sign without two digits stays", arguments: ["%", "%4", "%zz", "100%"])
    func strayPercent(text: String) {
        #expect(URIEncoding.decode(text) == text)
    }
}
