import Foundation
import Testing

@testable import ModelProviders

@Suite("Server-sent events")
struct ServerSentEventParserTests {
    private static let transcripts: [(stream: String, events: [String])] = [
        ("data: a\n\n", ["message:a"]),
        ("data:a\r\n\r\ndata: b\r\n\r\n", ["message:a", "message:b"]),
        ("data: a\r\rdata: b\r\r", ["message:a", "message:b"]),
        ("\u{feff}data: a\n\n", ["message:a"]),
        (": a comment\n:\ndata: a\n\n", ["message:a"]),
        ("data: a\ndata: b\ndata\n\n", ["message:a\nb\n"]),
        ("event: error\ndata: a\n\ndata: b\n\n", ["error:a", "message:b"]),
        ("event: ping\n\ndata: b\n\n", ["message:b"]),
        ("id: 1\nretry: 5\nother: x\ndata: a\n\n", ["message:a"]),
        ("data:  two spaces\n\n", ["message: two spaces"]),
        ("data\n\n", ["message:"]),
        ("\n\n\n", []),
        ("", []),
        // Cut off before the blank line.
        ("data: a\n\ndata: [DONE]", ["message:a", "message:[DONE]"]),
        ("data: a\n", ["message:a"]),
        ("data: é😀\n\n", ["message:é😀"]),
    ]

    @Test("A stream means the same however it is cut", arguments: transcripts)
    func cuts(_ stream: String, _ events: [String]) throws {
        let bytes = Data(stream.utf8)
        for size in [1, 2, 3, 7, max(1, bytes.count)] {
            var parser = ServerSentEventParser()
            var found: [ServerSentEvent] = []
            for start in Swift.stride(from: 0, to: bytes.count, by: size) {
                found += try parser.receive(bytes[start..<min(start + size, bytes.count)])
            }
            if let last = try parser.finish() { found.append(last) }
            let read = found.map { "\($0.name):\(String(decoding: $0.data, as: UTF8.self))" }
            #expect(read == events, "pieces of \(size)")
        }
    }

    @Test("A byte order mark counts only at the start")
    func byteOrderMark() throws {
        var parser = ServerSentEventParser()
        #expect(try parser.receive(Data("data: a\n\n\u{feff}data: b\n\n".utf8)).count == 1)
    }

    @Test("A line without an end is given up at its limit")
    func endlessLine() {
        var parser = ServerSentEventParser()
        #expect(throws: ServerSentEventFault.lineTooLong) {
            for _ in 0..<64 { _ = try parser.receive(Data(repeating: UInt8(ascii: "x"), count: 65_536)) }
        }
    }

    @Test("An event without an end is given up at its limit")
    func endlessEvent() {
        var parser = ServerSentEventParser()
        let line = Data("data: \(String(repeating: "x", count: 65_530))\n".utf8)
        #expect(throws: ServerSentEventFault.eventTooLong) {
            for _ in 0..<128 { _ = try parser.receive(line) }
        }
    }

    @Test("Very many short lines of one event take time in proportion", .timeLimit(.minutes(1)))
    func manyLines() throws {
        var parser = ServerSentEventParser()
        let lines = Data(String(repeating: "data:x\n", count: 100_000).utf8)
        #expect(try parser.receive(lines).isEmpty)
        #expect(try parser.finish()?.data.count == 199_999)
    }
}
