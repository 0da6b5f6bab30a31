import Foundation
import Logging
import ServiceRuntime
import Synchronization
import Testing

@Suite("Log lines")
struct JSONLogHandlerTests {
    private struct Line: Decodable, Equatable {
        var level: String
        var service: String
        var message: String
        var traceId: String?
        var requestId: String?
        var userId: String?
        var error: String?
        var context: [String: String]?
    }

    private func lines(_ body: (Logger) -> Void) throws -> [Line] {
        let written = Mutex<[Data]>([])
        let output = LogOutput { line in written.withLock { $0.append(line) } }
        body(Logger(label: "x") { _ in JSONLogHandler(service: "gateway", level: .info, output: output) })
        return try written.withLock { try $0.map { try JSONDecoder().decode(Line.self, from: $0) } }
    }

    @Test("Known metadata are fields of their own, the rest is context")
    func fields() throws {
        let found = try lines { logger in
            var logger = logger
            logger[metadataKey: "traceId"] = "t1"
            logger.warning(
                "Something", metadata: ["jobId": "j1", "requestId": "r1", "userId": "u1", "error": "boom"])
        }
        #expect(
            found == [
                Line(
                    level: "warning", service: "gateway", message: "Something", traceId: "t1", requestId: "r1",
                    userId: "u1", error: "boom", context: ["jobId": "j1"])
            ])
    }

    @Test("What a stranger wrote cannot begin a line of its own")
    func injection() throws {
        let written = Mutex<[Data]>([])
        let output = LogOutput { line in written.withLock { $0.append(line) } }
        let logger = Logger(label: "x") { _ in JSONLogHandler(service: "gateway", level: .info, output: output) }
        logger.info("Answer", metadata: ["text": "a\n{\"level\":\"critical\"}\u{1B}[2J"])
        let line = try #require(written.withLock { $0 }.first)
        #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(!line.contains(0x1B))
    }

    @Test("An event below the level is not written")
    func levels() throws {
        #expect(try lines { $0.debug("Quiet") }.isEmpty)
    }

    @Test(
        "What terminals and readers of lines take for more than text is escaped, and reads back as it was",
        arguments: [
            "\u{9B}2J", "\u{85}{}", "\u{2028}{}", "\u{2029}", "\u{202E}desrever", "\u{7F}", "naïve 🦊", "\"},{\"",
        ])
    func escapes(_ text: String) throws {
        let written = Mutex<[Data]>([])
        let output = LogOutput { line in written.withLock { $0.append(line) } }
        let logger = Logger(label: "x") { _ in JSONLogHandler(service: "gateway", level: .info, output: output) }
        logger.info("Answer", metadata: ["text": "\(text)", "error": "\(text)", text: "key"])
        let line = try #require(written.withLock { $0 }.first)
        #expect(line.dropLast().allSatisfy { (0x20..<0x7F).contains($0) })
        let read = try JSONDecoder().decode(Line.self, from: line)
        #expect(read.context == ["text": text, text: "key"] && read.error == text && read.level == "info")
    }

    @Test("Long lines that are written at once into a pipe stay whole")
    func longLines() async throws {
        let pipe = Pipe()
        let output = LogOutput(handle: pipe.fileHandleForWriting)
        let logger = Logger(label: "x") { _ in JSONLogHandler(service: "gateway", level: .info, output: output) }
        // A pipe holds 64 KiB, so that each line is written in parts.
        let text = String(repeating: "x", count: 200_000)
        let reading = Thread.detachedReader(of: pipe.fileHandleForReading)
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for _ in 0..<4 { logger.info("Long", metadata: ["text": "\(text)", "writer": "\(writer)"]) }
                }
            }
        }
        try pipe.fileHandleForWriting.close()
        let lines = await reading.value.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 32)
        #expect(lines.allSatisfy { (try? JSONDecoder().decode(Line.self, from: Data($0)))?.context?["text"] == text })
    }
}

extension Thread {
    /// Reads to the end on a thread of its own: writers on the cooperative pool may wait for it.
    fileprivate static func detachedReader(of handle: FileHandle) -> Task<Data, Never> {
        let (parts, continuation) = AsyncStream.makeStream(of: Data.self)
        Thread.detachNewThread {
            continuation.yield((try? handle.readToEnd()) ?? Data())
            continuation.finish()
        }
        return Task { await parts.first { _ in true } ?? Data() }
    }
}
