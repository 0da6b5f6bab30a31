import Glibc

/// Waiting for a socket.
enum SocketWait {
    /// Blocks until the socket is ready for one of the `events` or has failed.
    ///
    /// A `deadline` of nil waits for ever.
    ///
    /// - Returns: false when the deadline passed first or there is no such socket.
    static func wait(for events: Int16, on socket: Int32, until deadline: ContinuousClock.Instant?) -> Bool {
        var descriptor = pollfd(fd: socket, events: events, revents: 0)
        while true {
            let ready = poll(&descriptor, 1, milliseconds(until: deadline))
            if ready > 0 { return descriptor.revents & Int16(POLLNVAL) == 0 }
            guard ready < 0, errno == EINTR else { return false }
        }
    }

    private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let milliseconds = (ContinuousClock.now.duration(to: deadline) / .milliseconds(1)).rounded(.up)
        return Int32(clamping: max(0, Int64(milliseconds)))
    }
}
