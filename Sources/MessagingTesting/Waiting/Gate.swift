import Synchronization

/// Holds tasks until it is opened, once and for all.
package final class Gate: Sendable {
    private let journal = Journal<Bool>()

    package init() {}

    package func open() {
        journal.append(true)
    }

    /// Waits until the gate is open or the task is cancelled.
    ///
    /// - Throws: `ConformanceFailure` when it stays shut for 20 s, `CancellationError` when the task is cancelled.
    package func pass() async throws {
        try await journal.wait(for: "the gate opens") { !$0.isEmpty }
    }
}
