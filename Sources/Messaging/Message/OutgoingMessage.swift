package import Contracts
package import Foundation

/// A message on its way out: what the outbox stores and a publisher sends.
package struct OutgoingMessage: Sendable, Hashable {
    package var id: MessageID
    package var exchange: ExchangeName
    package var routingKey: RoutingKey
    /// True: a message that no queue takes comes back as `PublishOutcome.returned`.
    package var mandatory: Bool
    package var type: MessageType
    package var correlationID: JobID?
    package var body: Data
    /// When the message was made; whole seconds travel as the AMQP `timestamp`.
    package var createdAt: Date
    /// Which attempt at the work this is, from 1.
    package var attempt: Int
    package var trace: TraceContext?
    /// Headers beyond those that have a property here, for example those of a dead letter.
    package var extraHeaders: [String: String]

    package init(
        id: MessageID, exchange: ExchangeName, routingKey: RoutingKey, mandatory: Bool, type: MessageType,
        correlationID: JobID?, body: Data, createdAt: Date, attempt: Int, trace: TraceContext?,
        extraHeaders: [String: String] = [:]
    ) {
        self.id = id
        self.exchange = exchange
        self.routingKey = routingKey
        self.mandatory = mandatory
        self.type = type
        self.correlationID = correlationID
        self.body = body
        self.createdAt = createdAt
        self.attempt = attempt
        self.trace = trace
        self.extraHeaders = extraHeaders
    }

    /// A new message with `payload`, addressed as its contract says.
    ///
    /// - Throws: `EncodingError` when the payload cannot be written as JSON.
    package init(
        _ payload: some Message, id: MessageID = MessageID(), attempt: Int = 1, trace: TraceContext?, now: Date
    ) throws {
        let destination = payload.destination
        self.init(
            id: id, exchange: destination.exchange, routingKey: destination.routingKey,
            mandatory: destination.mandatory, type: payload.type, correlationID: payload.jobID,
            body: try MessageCoding.encode(payload), createdAt: now, attempt: attempt, trace: trace)
    }
}
