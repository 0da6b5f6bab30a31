package import Contracts

/// What a handler decided about a message. Only the consumer service settles.
package enum Disposition: Sendable, Hashable {
    /// The effect is committed (or was before): acknowledge.
    case done
    /// Transient trouble: run again after a wait, as the next attempt; dead-letter after the last.
    case retry(after: Duration?, DeadLetterCause)
    /// Never to succeed: dead-letter with the cause.
    case reject(DeadLetterCause)
    /// Not yet: run again after the wait, as the same attempt.
    case postpone(Duration)
}

/// Why a message was given up: a fixed short name, and the error for whoever looks at it.
package struct DeadLetterCause: Sendable, Hashable {
    package enum Name: String, Sendable, CaseIterable {
        case undecodable = "undecodable"
        case unknownType = "unknown-type"
        case unknownVersion = "unknown-version"
        case unknownSubject = "unknown-subject"
        case attemptsExhausted = "attempts-exhausted"
        case rejected = "rejected"
        /// Its workers died one after another.
        case workerDied = "worker-died"
    }

    package let name: Name
    /// What went wrong; cut to `MessageHeader.errorLimit` characters on the wire.
    package let error: String

    package init(_ name: Name, error: String) {
        self.name = name
        self.error = error
    }
}

/// Business code behind a queue. It sees decoded payloads and never settles.
package protocol MessageHandler<Payload>: Sendable {
    associatedtype Payload: Message

    /// Does the work of one message. Deliveries may repeat: effects are to be made once, by the inbox in their transaction.
    ///
    /// - Throws: `GiveBack` when the work cannot be done now, which is no attempt. Any other error counts as transient
    ///   trouble and is retried by the consumer's retry policy.
    func handle(_ payload: Payload, of message: IncomingMessage) async throws -> Disposition
}

/// Puts a message off by writing it where due messages are published from: the outbox.
package protocol RetryScheduler: Sendable {
    /// Stores the message durably; it is published once `delay` has passed. A message whose id is stored already is left
    /// as it is: a redelivery schedules the same copy again.
    ///
    /// - Throws: when it could not be stored; the caller keeps the delivery and tries again.
    func schedule(_ message: OutgoingMessage, after delay: Duration) async throws
}
