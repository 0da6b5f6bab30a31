/// What became of one published message.
package enum PublishOutcome: Sendable, Hashable {
    /// The broker has taken responsibility for it.
    case confirmed
    /// The broker refused it, for example because a queue is full.
    case nacked
    /// No queue took a mandatory message. `code` is AMQP's reply code, 312 for no route, or `unsendable`.
    case returned(code: Int, text: String)
    /// The connection was lost or not there: whether the broker has the message is unknown.
    case connectionLost

    /// The code of a message that never left because the protocol has no room for it, for example for its headers.
    package static let unsendable = 0
}

/// Sends messages to a broker. Implemented by RabbitMQ and by the in-memory broker.
package protocol MessagePublisher: Sendable {
    /// Publishes all messages pipelined and waits for the outcome of each.
    ///
    /// - Returns: one outcome for each message, in the messages' order. Never throws: trouble is an outcome.
    func publish(_ messages: [OutgoingMessage]) async -> [PublishOutcome]
}
