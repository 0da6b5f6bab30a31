package import Contracts
package import Foundation

/// The outbox as a relay sees it. Implemented by PostgreSQL and in memory.
package protocol OutboxStore: Sendable {
    /// Claims up to `limit` due rows for `relay`: rows that are due, and unclaimed or whose claim has run out. A claimed row
    /// is handed to no other relay until `claimDuration` has passed.
    func claim(limit: Int, for relay: UUID, claimDuration: Duration) async throws -> [OutgoingMessage]

    /// Deletes rows whose messages the broker has confirmed.
    func delete(_ ids: [MessageID]) async throws

    /// Gives rows back that `relay` has claimed, to be claimed again after `delay`. Those that another relay has claimed
    /// since are that one's.
    func release(_ ids: [MessageID], by relay: UUID, after delay: Duration) async throws

    /// How many rows are due and how old the oldest of them is; for metrics.
    func lag() async throws -> OutboxLag

    /// Yields once it listens, since what was announced before is lost, and then whenever a writer announces that rows are
    /// due; a hint, never the only way to notice.
    func wakeUps() -> AsyncStream<Void>
}

/// How far the relay is behind.
package struct OutboxLag: Sendable, Hashable {
    /// Rows that are due and not yet published.
    package var due: Int
    /// Rows whose time has not come.
    package var waiting: Int
    /// The age of the oldest due row; zero when there is none.
    package var oldestDueAge: Duration

    package init(due: Int, waiting: Int, oldestDueAge: Duration) {
        self.due = due
        self.waiting = waiting
        self.oldestDueAge = oldestDueAge
    }
}
