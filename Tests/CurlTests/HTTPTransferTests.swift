import Foundation
import Synchronization
import Testing

@testable import Curl

/// HTTP over loopback servers that the tests start themselves.
@Suite("HTTP transfers", .timeLimit(.minutes(1)))
struct HTTPTransferTests {
    let engine: CurlEngine

    init() throws {
        engine = try CurlEngine()
    }

    @Test("A request goes out as given and its answer comes back whole")
    func roundTrip() async throws {
        let seen = Expectation<String>()
        let server = try LoopbackServer { peer in
            guard let request = try peer.readRequest() else { return }
            seen.fulfill(request)
            try peer.respond(#"{"ok":true}"#, headers: "X-Request-Id: r-1\r\nSet-Cookie: a\r\nset-cookie: b\r\n")
        }
        let response = try await engine.send(
            HTTPRequest(
                method: .post, url: server.url + "/model/anthropic.claude-v1%3A0/../converse?x=a%20b",
                headers: ["Content-Type": "application/json", "X-Empty": ""], body: Data("{}".utf8)))
        let request = try #require(await seen.value())
        #expect(request.hasPrefix("POST /model/anthropic.claude-v1%3A0/../converse?x=a%20b HTTP/1.1\r\n"))
        #expect(request.contains("\r\nContent-Type: application/json\r\n"))
        #expect(request.contains("\r\nX-Empty:\r\n"))
        #expect(request.contains("\r\nContent-Length: 2\r\n"))
        #expect(!request.contains("Expect:"))
        #expect(request.hasSuffix("\r\n\r\n{}"))
        #expect(response.status == 200)
        #expect(response.headers["x-request-id"] == "r-1")
        #expect(response.headers.values(of: "Set-Cookie") == ["a", "b"])
        #expect(String(decoding: response.body, as: UTF8.self) == #"{"ok":true}"#)
    }

    @Test("Each method goes out under its name", arguments: HTTPRequest.Method.allCases)
    func methods(method: HTTPRequest.Method) async throws {
        let seen = Expectation<String>()
        let server = try LoopbackServer { peer in
            guard let request = try peer.readRequest() else { return }
            seen.fulfill(request)
            try peer.respond(method == .head ? "" : "x")
        }
        let response = try await engine.send(HTTPRequest(method: method, url: server.url + "/"))
        #expect(try #require(await seen.value()).hasPrefix("\(method.rawValue) / HTTP/1.1\r\n"))
        #expect(response.body.count == (method == .head ? 0 : 1))
    }

    @Test("A status of failure is an answer, and a redirect is not followed", arguments: [302, 404, 429, 500, 503])
    func failureStatus(status: Int) async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.respond("no", status: "\(status) X", headers: "Location: http://127.0.0.1:1/\r\n")
        }
        let response = try await engine.send(HTTPRequest(method: .get, url: server.url))
        #expect(response.status == status)
        #expect(response.body == Data("no".utf8))
    }

    @Test("A second request uses the connection of the first and says so")
    func keepAlive() async throws {
        let server = try LoopbackServer { peer in
            while try peer.readRequest() != nil { try peer.respond("x") }
        }
        let first = try await engine.send(HTTPRequest(method: .get, url: server.url))
        let second = try await engine.send(HTTPRequest(method: .get, url: server.url))
        #expect(!first.timing.reusedConnection)
        #expect(first.timing.connectionReady > .zero)
        #expect(second.timing.reusedConnection)
        #expect(second.timing.connectionReady == .zero)
        #expect(server.connectionCount == 1)
    }

    @Test("Headers come before the body begins, and each chunk when it is sent")
    func timings() async throws {
        let step = DispatchSemaphore(value: 0)
        let sendTimes = Mutex<[ContinuousClock.Instant]>([])
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for text in ["one", "two"] {
                step.wait()
                peer.dawdle(milliseconds: 100)
                sendTimes.withLock { $0.append(.now) }
                try peer.sendChunk(text)
            }
            try peer.send("0\r\n\r\n")
        }
        let stream = try await engine.stream(HTTPRequest(method: .get, url: server.url))
        #expect(stream.timing == nil)
        step.signal()
        var chunks: [HTTPChunk] = []
        for try await chunk in stream.body {
            chunks.append(chunk)
            step.signal()
        }
        #expect(chunks.map { String(decoding: $0.bytes, as: UTF8.self) } == ["one", "two"])
        let sent = sendTimes.withLock { $0 }
        #expect(stream.started <= stream.headersArrival)
        #expect(stream.headersArrival < sent[0])
        #expect(sent[0] <= chunks[0].arrival)
        #expect(chunks[0].arrival < sent[1])
        #expect(sent[1] <= chunks[1].arrival)
        let timing = try #require(stream.timing)
        #expect(timing.total >= .milliseconds(200))
        #expect(timing.firstByte > .zero)
        #expect(timing.firstByte <= timing.total - .milliseconds(200))
        #expect(timing.connect <= timing.firstByte)
        #expect(timing.tls == .zero)
    }

    @Test("Cancelling the task that waits for the headers closes the connection")
    func cancelBeforeHeaders() async throws {
        let (asked, closed) = (Expectation<Void>(), Expectation<Void>())
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            asked.fulfill()
            peer.waitForClose()
            closed.fulfill()
        }
        let request = HTTPRequest(method: .get, url: server.url)
        let task = Task { [engine] in try await engine.send(request) }
        try #require(await asked.value() != nil)
        task.cancel()
        await #expect(throws: CurlError(.cancelled)) { try await task.value }
        #expect(await closed.value() != nil)
    }

    @Test("Cancelling the task that reads a body closes the connection")
    func cancelWhileReading() async throws {
        let (reading, closed) = (Expectation<Void>(), Expectation<Void>())
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            try peer.sendChunk("x")
            peer.waitForClose()
            closed.fulfill()
        }
        let request = HTTPRequest(method: .get, url: server.url)
        let task = Task { [engine] in
            let stream = try await engine.stream(request)
            for try await _ in stream.body { reading.fulfill() }
        }
        try #require(await reading.value() != nil)
        task.cancel()
        await #expect(throws: CurlError(.cancelled)) { try await task.value }
        #expect(await closed.value() != nil)
    }

    @Test("Dropping a stream closes the connection")
    func drop() async throws {
        let closed = Expectation<Void>()
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            peer.waitForClose()
            closed.fulfill()
        }
        #expect(try await engine.stream(HTTPRequest(method: .get, url: server.url)).status == 200)
        #expect(await closed.value() != nil)
    }

    @Test("A silent server is given up after the idle time, one that drips is not")
    func idle() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<6 {
                peer.dawdle(milliseconds: 500)
                try peer.sendChunk(".")
            }
            peer.waitForClose()
        }
        let stream = try await engine.stream(
            HTTPRequest(
                method: .get, url: server.url, timeouts: TransferTimeouts(total: nil, idle: .seconds(2))))
        var last = ContinuousClock.now
        var count = 0
        await #expect(throws: CurlError(.timeout(.idle))) {
            for try await chunk in stream.body {
                last = chunk.arrival
                count += 1
            }
        }
        let silence = last.duration(to: .now)
        #expect(count == 6)
        #expect(silence >= .seconds(2))
        #expect(silence < .seconds(30))
    }

    @Test("A transfer that takes too long is given up, and its connection closed")
    func totalTimeout() async throws {
        let closed = Expectation<Void>()
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            peer.waitForClose()
            closed.fulfill()
        }
        let error = await #expect(throws: CurlError.self) {
            try await engine.send(
                HTTPRequest(method: .get, url: server.url, timeouts: TransferTimeouts(total: .seconds(2))))
        }
        #expect(error?.code == .timeout(.total))
        #expect(error?.isRetriable == true)
        #expect(await closed.value() != nil)
    }

    @Test("A body or headers over the limit are given up")
    func tooLarge() async throws {
        let server = try LoopbackServer { peer in
            while try peer.readRequest() != nil {
                try peer.respond(
                    String(repeating: "x", count: 2_000), headers: "X-Long: \(String(repeating: "y", count: 2_000))\r\n"
                )
            }
        }
        var request = HTTPRequest(method: .get, url: server.url, maxResponseBytes: 1_999)
        var error = await #expect(throws: CurlError.self) { try await engine.send(request) }
        #expect(error?.code == .tooLarge)
        request.maxResponseBytes = 2_000
        #expect(try await engine.send(request).body.count == 2_000)
        request.maxHeaderBytes = 1_000
        error = await #expect(throws: CurlError.self) { try await engine.send(request) }
        #expect(error?.code == .tooLarge)
    }

    @Test("A body that ends early is an error after the bytes that came")
    func truncated() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        }
        let stream = try await engine.stream(HTTPRequest(method: .get, url: server.url))
        var bytes = Data()
        let error = await #expect(throws: CurlError.self) {
            for try await chunk in stream.body { bytes += chunk.bytes }
        }
        #expect(error?.code == .connectionLost)
        #expect(bytes == Data("abc".utf8))
        #expect(stream.timing == nil)
    }

    @Test("A server that speaks no HTTP, closes at once or is not there is told apart")
    func brokenServers() async throws {
        let garbage = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.send("SSH-2.0-OpenSSH\r\n")
        }
        var error = await #expect(throws: CurlError.self) {
            try await engine.send(HTTPRequest(method: .get, url: garbage.url))
        }
        #expect(error?.code == .protocolViolation)

        let mute = try LoopbackServer { peer in _ = try peer.readRequest() }
        error = await #expect(throws: CurlError.self) {
            try await engine.send(HTTPRequest(method: .get, url: mute.url))
        }
        #expect(error?.code == .connectionLost)

        error = await #expect(throws: CurlError.self) {
            try await engine.send(HTTPRequest(method: .get, url: "http://127.0.0.1:1/"))
        }
        #expect(error?.code == .connect)
        #expect(error?.curlCode == 7)
    }

    @Test("A reader that falls behind holds the server back, and gets every byte")
    func backPressure() async throws {
        let total = 64 * 1024 * 1024
        let (stalled, resume) = (Expectation<Int>(), DispatchSemaphore(value: 0))
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let block = [UInt8](repeating: 0x61, count: 65_536)
            var sent = 0
            while sent < total, peer.canSend(withinMilliseconds: 500) {
                try peer.send(block)
                sent += block.count
            }
            stalled.fulfill(sent)
            resume.wait()
            while sent < total {
                try peer.send(block)
                sent += block.count
            }
        }
        let stream = try await engine.stream(HTTPRequest(method: .get, url: server.url, maxResponseBytes: total))
        let sent = try #require(await stalled.value())
        #expect(sent < total)
        resume.signal()
        var received = 0
        for try await chunk in stream.body { received += chunk.bytes.count }
        #expect(received == total)
    }

    @Test("A hundred transfers run at once")
    func concurrency() async throws {
        let present = Mutex(0)
        let server = try LoopbackServer { peer in
            guard let request = try peer.readRequest() else { return }
            present.withLock { $0 += 1 }
            // Nobody is answered before everybody has asked.
            while present.withLock({ $0 }) < 100 { peer.dawdle(milliseconds: 5) }
            try peer.respond(request.split(separator: " ")[1].description)
        }
        let bodies = try await withThrowingTaskGroup(of: (Int, Data).self) { group in
            for number in 0..<100 {
                group.addTask { [engine] in
                    (number, try await engine.send(HTTPRequest(method: .get, url: server.url + "/\(number)")).body)
                }
            }
            return try await group.reduce(into: [Int: Data]()) { $0[$1.0] = $1.1 }
        }
        #expect(bodies.count == 100)
        #expect(bodies.allSatisfy { $0.value == Data("/\($0.key)".utf8) })
    }

    @Test("A large body is uploaded whole")
    func upload() async throws {
        let server = try LoopbackServer { peer in
            guard let request = try peer.readRequest() else { return }
            try peer.respond("\(request.utf8.count { $0 == UInt8(ascii: "#") })")
        }
        let response = try await engine.send(
            HTTPRequest(method: .put, url: server.url, body: Data(repeating: UInt8(ascii: "#"), count: 3_000_000)))
        #expect(response.body == Data("3000000".utf8))
    }

    @Test("Interim answers and trailers do not disturb")
    func interim() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.send(
                "HTTP/1.1 103 Early Hints\r\nX-Hint: h\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            try peer.sendChunk("x")
            try peer.send("0\r\nX-Trailer: t\r\n\r\n")
        }
        let response = try await engine.send(HTTPRequest(method: .get, url: server.url))
        #expect(response.status == 200)
        #expect(response.headers["X-Hint"] == nil)
        #expect(response.body == Data("x".utf8))
    }

    @Test("Shutting down ends what runs and refuses what comes")
    func shutdown() async throws {
        let asked = Expectation<Void>()
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            asked.fulfill()
            peer.waitForClose()
        }
        let request = HTTPRequest(method: .get, url: server.url)
        let task = Task { [engine] in try await engine.send(request) }
        try #require(await asked.value() != nil)
        await engine.shutdown()
        await #expect(throws: CurlError(.shutDown)) { try await task.value }
        await #expect(throws: CurlError(.shutDown)) { try await engine.send(request) }
        await engine.shutdown()
    }

    @Test("A stream outlives the last other reference to its engine")
    func engineLifetime() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.respond("abc")
        }
        let stream = try await CurlEngine().stream(HTTPRequest(method: .get, url: server.url))
        var bytes = Data()
        for try await chunk in stream.body { bytes += chunk.bytes }
        #expect(bytes == Data("abc".utf8))
    }
}
