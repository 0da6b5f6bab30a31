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

    var port: Int { listener.port }

    private let listener: LoopbackPort
    private let target: Int
    private let state = Mutex(State())

    /// - Parameter port: the server's, on the loopback interface.
    init(to port: Int) throws {
        target = port
        listener = try LoopbackPort(.listening)
        Thread.detachNewThread { [self] in accept() }
    }

    deinit {
        for descriptor in state.withLock({ $0.connections }) { Glibc.close(descriptor) }
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
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
        cut()
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener.descriptor, nil, nil)
            guard client >= 0 else { break }
            guard !state.withLock({ $0.isRefusing || $0.isClosed }) else {
                Glibc.close(client)
                continue
            }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard (try? LoopbackPort.connect(server, to: target)) != nil else {
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
