import AMQP
import Contracts
import Logging
package import Messaging

/// Publishes with confirms, all messages pipelined on one channel.
///
/// An actor only for the channel it keeps: publishing itself runs outside, any number of calls at once.
package actor RabbitMQPublisher: MessagePublisher {
    private let connection: ReconnectingConnection
    private let appID: String
    private let logger: Logger
    private var channel: AMQPChannel?

    init(_ connection: ReconnectingConnection, appID: String, logger: Logger) {
        self.connection = connection
        self.appID = appID
        self.logger = logger
    }

    package nonisolated func publish(_ messages: [OutgoingMessage]) async -> [PublishOutcome] {
        do throws(AMQPError) {
            let channel = try await openChannel()
            let results = await channel.publish(messages.map { AMQPPublication($0, appID: appID) })
            report(results, of: messages)
            return zip(messages, results).map { Self.outcome(of: $0, $1) }
        } catch {
            logger.warning(
                "Messages could not be published",
                metadata: ["count": "\(messages.count)", "error": "\(error.debugDescription)"])
            return messages.map { _ in .connectionLost }
        }
    }

    /// The confirming channel, opened anew after its connection or it itself was closed.
    private func openChannel() async throws(AMQPError) -> AMQPChannel {
        if let channel, channel.closeReason == nil { return channel }
        let opened = try await connection.connection().openChannel()
        try await opened.selectConfirms()
        // Another call may have opened one while this one waited; all are to share the same, which keeps their order.
        if let channel, channel.closeReason == nil {
            await opened.close()
            return channel
        }
        channel = opened
        return opened
    }

    /// One line however many there are: a lost connection takes thousands with it.
    private nonisolated func report(_ results: [Result<AMQPConfirm, AMQPError>], of messages: [OutgoingMessage]) {
        var errors: [(id: MessageID, error: AMQPError)] = []
        for (message, result) in zip(messages, results) {
            if case .failure(let error) = result { errors.append((message.id, error)) }
        }
        guard let first = errors.first else { return }
        logger.warning(
            "The fate of messages is unknown",
            metadata: [
                "count": "\(errors.count)", "messageId": "\(first.id)", "error": "\(first.error.debugDescription)",
            ])
    }

    private static func outcome(
        of message: OutgoingMessage, _ result: Result<AMQPConfirm, AMQPError>
    ) -> PublishOutcome {
        switch result {
        case .success(.ack): return .confirmed
        case .success(.nack): return .nacked
        case .success(.returned(let code, let text)): return .returned(code: code, text: text)
        case .failure(let error):
            // A missing or forbidden exchange closes the channel. Only the messages to that exchange are to blame: those
            // that were under way with them may be sent again.
            if let code = error.replyCode, code == 404 || code == 403,
                error.message.contains("'\(message.exchange.nameInErrors)'")
            {
                return .returned(code: code, text: error.message)
            }
            guard error.code == .invalidMessage else { return .connectionLost }
            return .returned(code: PublishOutcome.unsendable, text: error.message)
        }
    }
}

extension ExchangeName {
    /// How the broker calls the exchange when it refuses access to it: the default one, whose name is empty, has another.
    fileprivate var nameInErrors: String { rawValue.isEmpty ? "amq.default" : rawValue }
}
