import Synchronization

/// What happens to a connection as a whole.
package enum AMQPConnectionEvent: Sendable, Hashable {
    /// The broker takes no publishes because a resource alarm is raised.
    case blocked(reason: String)
    case unblocked
    /// The last event.
    case closed(AMQPError)
}

/// What of a connection is visible outside its loop thread.
final class ConnectionStatus: Sendable {
    private struct State {
        var isBlocked = false
        var closeReason: AMQPError?
    }

    let events: AsyncStream<AMQPConnectionEvent>
    private let continuation: AsyncStream<AMQPConnectionEvent>.Continuation
    private let state = Mutex(State())

    init() {
        (events, continuation) = AsyncStream.makeStream()
    }

    var isBlocked: Bool { state.withLock { $0.isBlocked } }
    var closeReason: AMQPError? { state.withLock { $0.closeReason } }

    func blocked(_ reason: String) {
        state.withLock { $0.isBlocked = true }
        continuation.yield(.blocked(reason: reason))
    }

    func unblocked() {
        state.withLock { $0.isBlocked = false }
        continuation.yield(.unblocked)
    }

    /// The connection is over; those who wait on it are about to be told.
    func ending(_ reason: AMQPError) {
        state.withLock { $0.closeReason = reason }
    }

    /// Everyone has been told.
    func closed(_ reason: AMQPError) {
        continuation.yield(.closed(reason))
        continuation.finish()
    }
}
