package import Contracts
import Crypto
import Foundation

extension Suite {
    /// SHA-256 of the suite's canonical JSON (sorted keys), in lowercase hexadecimal: two suites of one digest ask the same.
    ///
    /// - Throws: `EncodingError` when the suite holds a number that JSON cannot.
    package func digest() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return SHA256.hash(data: try encoder.encode(self)).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 0xf, radix: 16)
        }.joined()
    }
}

extension SuiteCatalog {
    /// Each suite's digest. Costs milliseconds: make them once.
    package func digests() throws -> [SuiteID: String] {
        Dictionary(try suites.map { ($0.id, try $0.digest()) }, uniquingKeysWith: { first, _ in first })
    }
}
