import Foundation
import Synchronization

/// A server on 127.0.0.1 that treats each connection as the test says, on a thread of its own.
final class LoopbackServer: Sendable {
    struct Failure: Error {
        var call: String
        var number = errno
    }

    let port: UInt16
    private let listener: Int32
    private let accepted = Mutex(0)

    init(_ handle: @escaping @Sendable (Peer) throws -> Void) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw Failure(call: "socket") }
        self.listener = listener
        port = try Self.bind(listener)
        guard listen(listener, 256) == 0 else { throw Failure(call: "listen") }
        let thread = Thread { [weak self] in
            // The thread that uses the descriptor closes it: closed elsewhere, its number could by now be another
            // server's.
            defer { close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                guard let self else {
                    close(connection)
                    return
                }
                self.accepted.withLock { $0 += 1 }
                Self.serve(connection, handle)
            }
        }
        thread.start()
    }

    deinit {
        // Makes `accept` fail, now or when it is next called.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var connectionCount: Int { accepted.withLock { $0 } }

    private static func bind(_ listener: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Glibc.bind(listener, generic, length) == 0 && getsockname(listener, generic, &length) == 0
            }
        }
        guard result else { throw Failure(call: "bind") }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func serve(_ connection: Int32, _ handle: @escaping @Sendable (Peer) throws -> Void) {
        let thread = Thread {
            defer { close(connection) }
            // A peer that goes away ends the conversation; what it means the test sees on its own side.
            try? handle(Peer(connection: connection))
        }
        thread.start()
    }
}

/// The server's end of one connection. Used by its thread only.
struct Peer {
    fileprivate let connection: Int32

    /// One request with its body, as text; nil when the peer has closed the connection.
    func readRequest() throws -> String? {
        var request: [UInt8] = []
        while true {
            if let length = Self.length(of: request), request.count >= length {
                return String(decoding: request, as: UTF8.self)
            }
            guard let bytes = try read() else { return nil }
            request += bytes
        }
    }

    func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw LoopbackServer.Failure(call: "send") }
            rest = rest.dropFirst(count)
        }
    }

    func respond(_ body: String, status: String = "200 OK", headers: String = "") throws {
        try send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }

    func sendChunk(_ text: String) throws {
        try send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
    }

    /// How slowly the server answers is what such a test is about.
    func dawdle(milliseconds: UInt32) {
        usleep(milliseconds * 1000)
    }

    /// Reads until the peer closes the connection.
    func waitForClose() {
        while (try? read()) != nil {}
    }

    /// Whether the peer takes more bytes within the time: false when its receive window stays full.
    func canSend(withinMilliseconds limit: Int32) -> Bool {
        var descriptor = pollfd(fd: connection, events: Int16(POLLOUT), revents: 0)
        return poll(&descriptor, 1, limit) > 0
    }

    private func read() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(connection, &buffer, buffer.count, 0)
        guard count >= 0 else { throw LoopbackServer.Failure(call: "recv") }
        return count == 0 ? nil : Array(buffer[..<count])
    }

    private static func length(of request: [UInt8]) -> Int? {
        let text = String(decoding: request, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let head = text[..<end.upperBound]
        guard let field = head.range(of: "content-length: ", options: .caseInsensitive) else { return head.utf8.count }
        return head.utf8.count + (Int(head[field.upperBound...].prefix { $0.isNumber }) ?? 0)
    }
}
