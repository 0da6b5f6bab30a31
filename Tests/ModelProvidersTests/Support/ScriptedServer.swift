import Foundation
import Synchronization

/// A server on 127.0.0.1 that answers requests with scripts, one connection each, on threads of its own.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        case send(Data)
        /// How slowly the server answers is what such a test is about.
        case pause(milliseconds: UInt32)
        /// Until the client has closed the connection.
        case waitForClose
    }

    enum Event: Sendable {
        case requestReceived
        /// The client has closed the connection, during `waitForClose`.
        case clientClosed
    }

    struct Failure: Error {
        var call: String
        var number = errno
    }

    /// What the threads write and the test reads.
    private final class Log: Sendable {
        let received = Mutex<[ReceivedRequest]>([])
        let report: AsyncStream<Event>.Continuation

        init(report: AsyncStream<Event>.Continuation) {
            self.report = report
        }
    }

    let url: String
    /// What happens on all connections, for one reader.
    let events: AsyncStream<Event>
    private let log: Log
    private let listener: Int32

    /// Answers every request with the same script.
    convenience init(_ script: [Step]) throws {
        try self.init(inTurn: [script])
    }

    /// Answers each request with the next of the scripts, and with the last when there are no more.
    init(inTurn scripts: [[Step]]) throws {
        let (events, report) = AsyncStream.makeStream(of: Event.self)
        self.events = events
        log = Log(report: report)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw Failure(call: "socket") }
        url = "http://127.0.0.1:\(try Self.bind(listener))"
        guard listen(listener, 16) == 0 else { throw Failure(call: "listen") }
        Thread { [listener, log] in
            // The thread that uses the descriptor closes it: closed elsewhere, its number could by now be another server's.
            defer { close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread { Self.serve(connection, scripts, log) }.start()
            }
        }.start()
    }

    deinit {
        // Makes `accept` fail, now or when it is next called.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// What has come in so far.
    var requests: [ReceivedRequest] { log.received.withLock { $0 } }

    private static func serve(_ connection: Int32, _ scripts: [[Step]], _ log: Log) {
        defer { close(connection) }
        guard let request = ReceivedRequest(readingFrom: connection) else { return }
        let turn = log.received.withLock { received in
            received.append(request)
            return received.count - 1
        }
        log.report.yield(.requestReceived)
        for step in scripts[min(turn, scripts.count - 1)] {
            switch step {
            case .send(let bytes):
                guard send(bytes, to: connection) else { return }
            case .pause(let milliseconds):
                usleep(milliseconds * 1000)
            case .waitForClose:
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                log.report.yield(.clientClosed)
            }
        }
    }

    private static func send(_ bytes: Data, to connection: Int32) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func bind(_ listener: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Glibc.bind(listener, generic, length) == 0 && getsockname(listener, generic, &length) == 0
            }
        }
        guard isBound else { throw Failure(call: "bind") }
        return UInt16(bigEndian: address.sin_port)
    }
}
