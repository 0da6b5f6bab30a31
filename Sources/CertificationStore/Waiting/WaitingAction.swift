package import Foundation

/// What an operator does to waiting work.
package enum WaitingAction: Sendable, Hashable {
    /// It falls due at once.
    case runNow
    /// It falls due then instead, be that later or earlier than it was.
    case postpone(until: Date)
    /// It falls due so many seconds after now, by the database's clock.
    case postponeBy(Int)
    /// Its certification ends as cancelled.
    case cancel

    /// A fixed short name.
    package var name: String {
        switch self {
        case .runNow: "waiting.run-now"
        case .postpone, .postponeBy: "waiting.postpone"
        case .cancel: "waiting.cancel"
        }
    }

    /// The furthest that waiting work can be put off, in seconds: 30 days.
    package static let longestDelay = 30 * 86_400
}

/// What an action on many waiting items came to.
package struct WaitingOutcome: Sendable, Hashable {
    /// How many items it was done to.
    package var changed: Int
    /// Whether more that match may be left, because the limit was reached.
    package var hasMore: Bool

    package init(changed: Int, hasMore: Bool) {
        self.changed = changed
        self.hasMore = hasMore
    }
}
