import Crypto
import Foundation

/// JSON with sorted keys and without white space, so that equal values have equal bytes (after RFC 8785).
enum CanonicalJSON {
    static func data(of value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// SHA-256 in lowercase hexadecimal. What is no JSON, such as an infinite number, has the digest of nothing.
    static func digest(of value: some Encodable) -> String {
        digest(ofBytes: (try? data(of: value)) ?? Data())
    }

    /// SHA-256 in lowercase hexadecimal.
    static func digest(ofBytes bytes: Data) -> String {
        SHA256.hash(data: bytes).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
