import Foundation
import Glibc
import Synchronization

/// A TCP proxy on a port of its own that can cut or stall what goes through it.
///
/// Its descriptors are closed when nobody can use their numbers any more, neither its threads nor a caller: a number that is
/// closed is at once some other test's connection, which a `shutdown` that comes late would break.
final class TCPProxy: Sendable {
    private struct State {
        var connections: [Int32] = []
        var isStalled = false
        var isRefusing = false
        var isClosed = false
    }

    /// A port that nothing listens on and nobody else can get, for as long as this lives.
    final class ClosedPort: Sendable {
        let port: Int
        private let descriptor: Int32

        init() throws { (descriptor, port) = try TCPProxy.bound() }

        deinit { Glibc.close(descriptor) }
    }

    let port: Int
    private let listener: Int32
    private let target: (host: String, port: Int)
    private let state = Mutex(State())

    init(to host: String, port: Int) throws {
        target = (host, port)
        (listener, self.port) = try Self.bound()
        guard listen(listener, 16) == 0 else { throw POSIXError(.EADDRINUSE) }
        Thread.detachNewThread { [self] in accept() }
    }

    deinit {
        for descriptor in state.withLock({ $0.connections }) { Glibc.close(descriptor) }
        Glibc.close(listener)
    }

    /// How many connections it has carried so far.
    var connectionCount: Int { state.withLock { $0.connections.count / 2 } }

    /// Breaks every connection; new ones are accepted.
    func cut() {
        for descriptor in state.withLock({ $0.connections }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    /// Breaks every connection and, until the opposite is set, each new one as soon as it is made.
    func refuse(_ isRefusing: Bool) {
        state.withLock { $0.isRefusing = isRefusing }
        if isRefusing { cut() }
    }

    /// From now on nothing is read or written, in either direction.
    func stall() { state.withLock { $0.isStalled = true } }

    /// Breaks every connection and takes no more. What is closed already may be closed again.
    func close() {
        state.withLock { $0.isClosed = true }
        shutdown(listener, Int32(SHUT_RDWR))
        cut()
    }

    private static func bound() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
            }
        }
        guard status else { throw POSIXError(.EADDRNOTAVAIL) }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { break }
            guard !state.withLock({ $0.isRefusing || $0.isClosed }) else {
                Glibc.close(client)
                continue
            }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = Self.loopback(port: target.port)
            let status = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard status == 0 else {
                Glibc.close(client)
                Glibc.close(server)
                continue
            }
            // What came while it was closed would be missed by `cut`.
            let isClosed = state.withLock { state in
                state.connections += [client, server]
                return state.isClosed
            }
            if isClosed { cut() }
            Thread.detachNewThread { [self] in copy(from: client, to: server) }
            Thread.detachNewThread { [self] in copy(from: server, to: client) }
        }
    }

    private func copy(from source: Int32, to destination: Int32) {
        var buffer: [UInt8] = Array(repeating: 0, count: 16_384)
        while true {
            let count = read(source, &buffer, buffer.count)
            if state.withLock({ $0.isStalled }) { break }
            guard count > 0, send(destination, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
        }
        // A stalled proxy keeps its sockets open and silent until `cut`.
        guard !state.withLock({ $0.isStalled }) else { return }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(destination, Int32(SHUT_RDWR))
    }
}
