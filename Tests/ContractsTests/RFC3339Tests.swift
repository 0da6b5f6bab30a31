import Contracts
import Foundation
import Testing

@Suite("Times as they are told")
struct RFC3339Tests {
    private struct Moment: Codable, Equatable { var at: Date }

    @Test("A time that is told is read as the same time, and told alike again, millisecond by millisecond")
    func stable() throws {
        for milliseconds in stride(from: 1_763_737_455_000, to: 1_763_737_459_000, by: 1) {
            let date = Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            let text = date.rfc3339Milliseconds
            #expect(text.hasSuffix(String(String(milliseconds + 10_000).suffix(3)) + "Z"), "\(text)")
            let read = try #require(Date(rfc3339: text))
            #expect(read.rfc3339Milliseconds == text)
            let message = try MessageCoding.encode(Moment(at: date))
            let again = try MessageCoding.encode(try MessageCoding.decode(Moment.self, from: message))
            #expect(again == message)
        }
    }

    @Test("A time between two milliseconds is told as the nearer one")
    func nearest() {
        let date = Date(timeIntervalSince1970: 1_000_000)
        #expect(date.addingTimeInterval(0.0004).rfc3339Milliseconds == "1970-01-12T13:46:40.000Z")
        #expect(date.addingTimeInterval(0.0006).rfc3339Milliseconds == "1970-01-12T13:46:40.001Z")
        #expect(date.addingTimeInterval(0.9996).rfc3339Milliseconds == "1970-01-12T13:46:41.000Z")
    }

    @Test("What is no time is none", arguments: ["", "soon", "2026-13-01T00:00:00Z", "2026-01-01"])
    func malformed(text: String) {
        #expect(Date(rfc3339: text) == nil)
    }
}
