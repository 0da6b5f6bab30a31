package import Contracts
package import Foundation
package import Messaging
import Synchronization

/// An outbox in memory, with the claims, due times and wake-ups of the one in PostgreSQL.
package final class InMemoryOutbox: OutboxStore, RetryScheduler {
    private struct Row {
        var message: OutgoingMessage
        var dueAt: Duration
        var claimedBy: UUID?
        /// When the claim runs out; also when a released row may be claimed again.
        var claimedUntil: Duration
    }

    private struct State {
        var rows: [MessageID: Row] = [:]
        /// Ids in the order in which they were written; those of deleted rows are swept out now and then.
        var order: [MessageID] = []
        var isReachable = true
        var listeners: [AsyncStream<Void>.Continuation] = []
    }

    /// One thing that happened to rows.
    package enum Event: Sendable, Hashable {
        case inserted([MessageID])
        case claimed([MessageID], by: UUID)
        case deleted([MessageID])
        case released([MessageID], after: Duration)
        case refused
    }

    private let state = Mutex(State())
    private let time: Timebase
    /// Everything that happened, in order.
    package let events = Journal<Event>()

    /// - Parameter clock: decides what is due.
    package init(clock: any Clock<Duration> = ContinuousClock()) {
        time = Timebase(clock)
    }

    /// The messages of the rows, oldest first.
    package var messages: [OutgoingMessage] {
        state.withLock { state in state.order.compactMap { state.rows[$0]?.message } }
    }

    /// Whether calls succeed; false makes them throw.
    package func setReachable(_ isReachable: Bool) {
        state.withLock { $0.isReachable = isReachable }
    }

    /// Writes rows, claimed by `relay` when its fast path gets them too; one whose id is there already is left as it is.
    package func insert(
        _ messages: [OutgoingMessage], after delay: Duration = .zero, claimedBy relay: UUID? = nil,
        for claimDuration: Duration = .seconds(10)
    ) throws {
        let now = time.now
        try change { state in
            for message in messages where state.rows[message.id] == nil {
                state.order.append(message.id)
                state.rows[message.id] = Row(
                    message: message, dueAt: now + delay, claimedBy: relay,
                    claimedUntil: relay == nil ? now : now + claimDuration)
            }
        }
        events.append(.inserted(messages.map(\.id)))
    }

    /// Tells relays that rows are due.
    package func announce() {
        state.withLock { state in
            for listener in state.listeners { listener.yield() }
        }
    }

    private func change<Result: Sendable>(_ body: (inout State) throws -> Result) throws -> Result {
        let result = try state.withLock { state -> Result? in
            guard state.isReachable else { return nil }
            return try body(&state)
        }
        guard let result else {
            events.append(.refused)
            throw InMemoryOutboxError.unreachable
        }
        return result
    }

    // MARK: RetryScheduler

    package func schedule(_ message: OutgoingMessage, after delay: Duration) async throws {
        try insert([message], after: delay)
    }

    // MARK: OutboxStore

    package func claim(limit: Int, for relay: UUID, claimDuration: Duration) async throws -> [OutgoingMessage] {
        let now = time.now
        let messages = try change { state in
            var messages: [OutgoingMessage] = []
            for id in state.order {
                guard messages.count < limit else { break }
                guard let row = state.rows[id], row.dueAt <= now, row.claimedUntil <= now else { continue }
                state.rows[id]?.claimedBy = relay
                state.rows[id]?.claimedUntil = now + claimDuration
                messages.append(row.message)
            }
            return messages
        }
        events.append(.claimed(messages.map(\.id), by: relay))
        return messages
    }

    package func delete(_ ids: [MessageID]) async throws {
        try change { state in
            for id in ids { state.rows[id] = nil }
            guard state.order.count > 2 * state.rows.count else { return }
            state.order = state.order.filter { state.rows[$0] != nil }
        }
        events.append(.deleted(ids))
    }

    package func release(_ ids: [MessageID], by relay: UUID, after delay: Duration) async throws {
        let now = time.now
        try change { state in
            for id in ids where state.rows[id]?.claimedBy == relay {
                state.rows[id]?.claimedBy = nil
                state.rows[id]?.claimedUntil = now + delay
            }
        }
        events.append(.released(ids, after: delay))
    }

    package func lag() async throws -> OutboxLag {
        let now = time.now
        return try change { state in
            let due = state.rows.values.filter { $0.dueAt <= now }
            return OutboxLag(
                due: due.count, waiting: state.rows.count - due.count,
                oldestDueAge: due.map { now - $0.dueAt }.max() ?? .zero)
        }
    }

    package func wakeUps() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.listeners.append(continuation) }
        continuation.yield()
        return stream
    }
}

/// Why the in-memory outbox refuses.
package enum InMemoryOutboxError: Error, Hashable {
    case unreachable
}
