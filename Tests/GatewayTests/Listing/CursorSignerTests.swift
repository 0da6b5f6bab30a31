import Foundation
import Testing

@testable import Gateway

@Suite("Cursors")
struct CursorSignerTests {
    private let signer = CursorSigner(secret: TestGateway.secret)

    @Test("A cursor gives back the id that it was made of")
    func roundTrip() {
        let id = UUID()
        #expect(signer.id(of: signer.cursor(after: id, in: "/jobs"), in: "/jobs") == id)
    }

    @Test("A cursor is refused by another list, another filter and another secret")
    func elsewhere() {
        let cursor = signer.cursor(after: UUID(), in: "/jobs?status=QUEUED")
        #expect(signer.id(of: cursor, in: "/jobs") == nil)
        #expect(signer.id(of: cursor, in: "/jobs?status=FAILED") == nil)
        #expect(CursorSigner(secret: "another secret").id(of: cursor, in: "/jobs?status=QUEUED") == nil)
    }

    @Test("A cursor with any one bit changed is refused")
    func forged() throws {
        let cursor = try #require(Data(base64URLEncoded: signer.cursor(after: UUID(), in: "/jobs")))
        for bit in 0..<(cursor.count * 8) {
            var forged = cursor
            forged[forged.startIndex + bit / 8] ^= 1 << (bit % 8)
            #expect(signer.id(of: forged.base64URLEncoded, in: "/jobs") == nil)
        }
    }

    @Test(
        "What is no cursor at all is refused",
        arguments: ["", "x", "====", "AAAA", String(repeating: "A", count: 43), String(repeating: "A", count: 4_300)])
    func noCursor(_ text: String) {
        #expect(signer.id(of: text, in: "/jobs") == nil)
    }
}
