import Foundation
import Synchronization

/// How the last attempts at the mail server went.
final class MailServerHealth: Sendable {
    private struct State {
        var trouble: String?
        var pausedUntil: ContinuousClock.Instant?
    }

    private let state = Mutex(State())

    /// What is wrong, safe to show anyone; nil when the last attempt reached the server, or none was made yet.
    var trouble: String? { state.withLock { $0.trouble } }

    /// Until when no mail is to be tried, because the server's configuration is wrong; nil when mail may be tried.
    var pausedUntil: ContinuousClock.Instant? { state.withLock { $0.pausedUntil.flatMap { $0 > .now ? $0 : nil } } }

    func worked() {
        state.withLock { $0 = State() }
    }

    /// `trouble` must be safe to show anyone; `pause` is how long to leave the server alone.
    func failed(_ trouble: String, pause: Duration?) {
        state.withLock { $0 = State(trouble: trouble, pausedUntil: pause.map { .now + $0 }) }
    }
}
