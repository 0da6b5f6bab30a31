import Contracts
import Foundation
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    @Test("A new id is a UUID version 7 of the RFC's variant that carries the time")
    func version7() throws {
        let date = Date(timeIntervalSince1970: 1_790_000_000.123)
        let text = UUID.version7(at: date).uuidString
        #expect(text[text.index(text.startIndex, offsetBy: 14)] == "7")
        #expect("89AB".contains(text[text.index(text.startIndex, offsetBy: 19)]))
        let milliseconds = try #require(UInt64(text.replacing("-", with: "").prefix(12), radix: 16))
        #expect(milliseconds == 1_790_000_000_123)
    }

    @Test("A later id sorts after an earlier one")
    func order() {
        let earlier = JobID(rawValue: UUID.version7(at: Date(timeIntervalSince1970: 1_790_000_000)))
        let later = JobID(rawValue: UUID.version7(at: Date(timeIntervalSince1970: 1_790_000_000.002)))
        #expect(earlier < later)
        #expect(earlier.description < later.description)
    }

    @Test("Ten thousand ids are distinct")
    func distinct() {
        #expect(Set((0..<10_000).map { _ in MessageID() }).count == 10_000)
    }

    @Test("Text that is no UUID is refused", arguments: ["", "x", "01939f2e-6c00-7a11-8000", "{}"])
    func refused(text: String) {
        #expect(JobID(text) == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([JobID].self, from: Data("[\"\(text)\"]".utf8))
        }
    }
}
