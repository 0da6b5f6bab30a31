import CLibPQ
import Glibc

/// The means to reach a session from another thread than the one that is busy with it.
///
/// `@unchecked Sendable`: a `PGcancel` never changes after its creation and `PQcancel` may be called from any thread
/// (PostgreSQL manual §34.7); `poll` and `shutdown` are safe on a socket that another thread is reading. Whoever
/// calls `shutDownSocket` or `isQuiet` makes sure that the connection is not closed meanwhile.
final class CancelHandle: @unchecked Sendable {
    private let handle: OpaquePointer
    private let socket: Int32

    /// Nil when the connection is not open. Owns a copy of what it needs from it.
    init?(connection: OpaquePointer) {
        guard let handle = PQgetCancel(connection) else { return nil }
        self.handle = handle
        socket = PQsocket(connection)
    }

    deinit { PQfreeCancel(handle) }

    /// Asks the server, over a connection of its own, to end the running statement. Blocks until the server has taken
    /// it.
    ///
    /// - Returns: what went wrong; nil when the request was delivered.
    func cancel() -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            buffer.initialize(repeating: 0)
            guard PQcancel(handle, buffer.baseAddress, Int32(buffer.count)) == 0 else { return nil }
            return buffer.baseAddress.map { String(cString: $0) } ?? "unknown"
        }
    }

    /// Makes every call that waits for the server return with a lost connection.
    func shutDownSocket() {
        // It fails only for a socket that is already disconnected, which is what is wanted.
        _ = Self.shutDown(socket)
    }

    private static func shutDown(_ socket: Int32) -> Int32 {
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// Whether nothing has arrived on an idle session. A word from the server while nobody asked is a good-bye.
    var isQuiet: Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 0
    }
}
