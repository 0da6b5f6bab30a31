import Contracts
package import Foundation

/// One stored dead letter.
package struct LetterID: UUIDIdentifier {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One replay of a set of dead letters.
package struct ReplayID: UUIDIdentifier {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One letter within one replay: what `MessageHeader.replay` carries.
package struct ReplayItemID: UUIDIdentifier {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
}

/// The state of a dead letter.
package enum DeadLetterStatus: String, Sendable, Codable, CaseIterable {
    /// Waits for somebody.
    case open = "OPEN"
    /// Its message was sent again and the outcome is not known yet.
    case replaying = "REPLAYING"
    /// Its message was sent again and dealt with, or came back as another letter.
    case replayed = "REPLAYED"
    /// Somebody decided that nothing is to be done.
    case discarded = "DISCARDED"
}

/// What was done to a dead letter or a replay, as the audit trail names it.
package enum DeadLetterAction: String, Sendable, Codable, CaseIterable {
    case stored = "STORED"
    case edited = "EDITED"
    case discarded = "DISCARDED"
    case replayed = "REPLAYED"
    case succeeded = "SUCCEEDED"
    case delivered = "DELIVERED"
    case failed = "FAILED"
    case skipped = "SKIPPED"
    case cameBack = "CAME_BACK"
    case replayStarted = "REPLAY_STARTED"
    case replayStopped = "REPLAY_STOPPED"
    case replayResumed = "REPLAY_RESUMED"
    case replayCompleted = "REPLAY_COMPLETED"
}
