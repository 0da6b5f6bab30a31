import Dispatch
import Logging
import Synchronization

/// One call's right to be cancelled: it reaches the server only while that very call is running.
final class StatementCancellation: Sendable {
    /// How a waiting call is made to return.
    enum Means: Sendable {
        /// By asking the server to end the statement; by dropping the connection when that does not help in `grace`.
        case statement
        /// By dropping the connection, for a session that waits for notifications.
        case connection
    }

    private enum State {
        case waiting
        case cancelledBeforeStart
        case running(CancelHandle)
        case cancelling(CancelHandle)
        case finished
    }

    /// How long the server may take to end a cancelled statement.
    private static let grace = DispatchTimeInterval.seconds(5)

    private let means: Means
    private let logger: Logger
    private let state = Mutex(State.waiting)
    private let requests = DispatchGroup()

    init(_ means: Means, logger: Logger) {
        self.means = means
        self.logger = logger
    }

    /// The call begins. False: it was cancelled and must not begin.
    func start(_ handle: CancelHandle) -> Bool {
        state.withLock { state in
            guard case .waiting = state else { return false }
            state = .running(handle)
            return true
        }
    }

    /// The call has returned. Blocks until a cancel request under way has arrived, so that it cannot hit the next
    /// statement.
    ///
    /// - Returns: whether the call was cancelled.
    func finish() -> Bool {
        let wasCancelled = state.withLock { state in
            defer { state = .finished }
            if case .cancelling = state { return true }
            return false
        }
        if wasCancelled { requests.wait() }
        return wasCancelled
    }

    /// The task was cancelled. Never blocks.
    func cancel() {
        let handle: CancelHandle? = state.withLock { state in
            switch state {
            case .waiting:
                state = .cancelledBeforeStart
                return nil
            case .running(let handle):
                state = .cancelling(handle)
                requests.enter()
                return handle
            case .cancelledBeforeStart, .cancelling, .finished:
                return nil
            }
        }
        guard let handle else { return }
        switch means {
        case .statement: requestCancel(handle)
        case .connection:
            dropConnection()
            requests.leave()
        }
    }

    private func requestCancel(_ handle: CancelHandle) {
        let queue = DispatchQueue(label: "certforge.postgres.cancel")
        queue.async {
            if let problem = handle.cancel() {
                self.logger.warning("A statement could not be cancelled", metadata: ["error": "\(problem)"])
            }
            self.requests.leave()
        }
        DispatchQueue(label: "certforge.postgres.cancel-grace").asyncAfter(deadline: .now() + Self.grace) {
            self.dropConnection()
        }
    }

    /// Under the lock, so that the socket is still the running call's.
    private func dropConnection() {
        state.withLock { state in
            guard case .cancelling(let handle) = state else { return }
            handle.shutDownSocket()
        }
    }
}
