import Contracts
import Crypto
import Foundation
import Testing

@testable import Certificates

/// SHA-256 by another way than the code's.
enum SHA256Text {
    static func of(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }
}

@Suite("Canonical JSON (RFC 8785)") struct CanonicalJSONTests {
    private func canonical(_ json: String) throws -> String {
        String(decoding: try JSONValue(parsing: json).canonicalData, as: UTF8.self)
    }

    @Test("The RFC's own example comes out as its §3.2.3 has it")
    func example() throws {
        let json = #"""
            { "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }
            """#
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try canonical(json) == expected)
    }

    @Test("Keys are sorted by UTF-16 code units")
    func keys() throws {
        let json = #"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#
        #expect(
            try canonical(json)
                == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}")
    }

    @Test(
        "Numbers are written as ECMAScript does",
        arguments: [
            (0.0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (312.345, "312.345"), (1e20, "100000000000000000000"),
            (1e21, "1e+21"), (1.25e22, "1.25e+22"), (1e-6, "0.000001"), (1e-7, "1e-7"), (1.5e-9, "1.5e-9"),
            (9_007_199_254_740_992, "9007199254740992"), (0.1, "0.1"), (Double.leastNonzeroMagnitude, "5e-324"),
            (Double.greatestFiniteMagnitude, "1.7976931348623157e+308"),
            (123_456_789_012_345_683_968, "123456789012345680000"),
        ])
    func numbers(number: Double, text: String) {
        #expect(JSONValue.canonical(number) == text)
    }

    @Test("A time in milliseconds comes back from JSON as the same digest")
    func roundTrip() throws {
        for number in [312.345, 0.001, 7.25, 1_234_567.891] {
            let value = JSONValue.array([JSONValue(number)])
            let encoded = try JSONEncoder().encode(value)
            #expect(try JSONDecoder().decode(JSONValue.self, from: encoded).canonicalDigest == value.canonicalDigest)
        }
    }
}
