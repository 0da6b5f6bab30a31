import Contracts
import Foundation

/// What has to happen before a delivery may be settled.
enum SettlementPlan: Sendable, Hashable {
    case acknowledge
    /// Store a copy that falls due after the wait, then acknowledge.
    case schedule(OutgoingMessage, after: Duration)
    /// Publish the dead letter and await its confirm, then acknowledge.
    case deadLetter(OutgoingMessage)

    /// What `disposition` means for `message` under the consumer's rules.
    init(
        _ disposition: Disposition, of message: IncomingMessage, configuration: ConsumerConfiguration, now: Date,
        using generator: inout some RandomNumberGenerator
    ) {
        let policy = configuration.retryPolicy
        switch disposition {
        case .done:
            self = .acknowledge
        case .reject(let cause):
            self = .giveUp(message, cause, configuration, now)
        case .retry(let wait, _) where policy.allowsAttempt(after: message.attempt):
            self = .schedule(
                message.copy(id: message.copyID, attempt: message.attempt + 1, now: now),
                after: wait ?? policy.delay(attempt: message.attempt, using: &generator))
        case .retry(_, let cause):
            self = .giveUp(message, DeadLetterCause(.attemptsExhausted, error: cause.error), configuration, now)
        case .postpone(let wait):
            self = .schedule(message.copy(id: message.copyID, attempt: message.attempt, now: now), after: wait)
        }
    }

    private static func giveUp(
        _ message: IncomingMessage, _ cause: DeadLetterCause, _ configuration: ConsumerConfiguration, _ now: Date
    ) -> SettlementPlan {
        .deadLetter(
            DeadLetter.message(
                for: message, cause: cause, exchange: configuration.deadLetterExchange, now: now))
    }
}

extension IncomingMessage {
    /// The id of the copy that is handled next. A redelivery of this message leads to the same id, so that the inbox
    /// knows the second copy.
    fileprivate var copyID: MessageID { id?.following ?? MessageID() }
}
