import CRabbitMQ
import Glibc

/// Wakes a thread that waits in `poll` (eventfd(2)).
final class WakeUp: Sendable {
    /// For `poll` with POLLIN.
    let fileDescriptor: Int32

    /// - Throws: `outOfMemory` when the process has no file descriptor left.
    init() throws(AMQPError) {
        fileDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard fileDescriptor >= 0 else {
            throw AMQPError(.outOfMemory, message: "No eventfd: \(NativeConnection.systemError(errno)).")
        }
    }

    deinit { close(fileDescriptor) }

    /// Makes the next or the current `poll` return.
    func signal() {
        // Fails only when the counter is full, and then the thread is awake anyhow.
        eventfd_write(fileDescriptor, 1)
    }

    /// Forgets the signals so far.
    func clear() {
        var count: eventfd_t = 0
        eventfd_read(fileDescriptor, &count)
    }
}
