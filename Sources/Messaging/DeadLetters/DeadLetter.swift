package import Contracts
package import Foundation

/// What a message that is given up becomes: itself, with the cause in its headers.
package enum DeadLetter {
    /// The message to publish in place of `message`: same id, body, type and routing key, so that it can be published
    /// again as it was.
    ///
    /// It is mandatory at `exchange`, since losing it is not an option; `now` stands in for a missing timestamp.
    package static func message(
        for message: IncomingMessage, cause: DeadLetterCause, exchange: ExchangeName = .deadLetter, now: Date
    ) -> OutgoingMessage {
        var letter = message.copy(
            id: message.id ?? MessageID(), attempt: message.attempt, now: message.timestamp ?? now)
        letter.exchange = exchange
        letter.extraHeaders[MessageHeader.cause] = cause.name.rawValue
        letter.extraHeaders[MessageHeader.error] = String(cause.error.prefix(MessageHeader.errorLimit))
        letter.extraHeaders[MessageHeader.originalExchange] = message.exchange.rawValue
        letter.extraHeaders[MessageHeader.originalRoutingKey] = message.routingKey.rawValue
        letter.extraHeaders[MessageHeader.originalQueue] = message.queue.rawValue
        return letter
    }
}
