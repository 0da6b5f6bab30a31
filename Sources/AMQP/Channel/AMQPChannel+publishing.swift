import Foundation

extension AMQPChannel {
    /// Asks the broker to confirm every message that is published on the channel from now on.
    package func selectConfirms() async throws(AMQPError) {
        _ = try await request(.confirmSelect)
    }

    /// Publishes one message and waits for the broker's word.
    ///
    /// - Throws: why the fate of the message is unknown (`connectionLost`, `confirmTimedOut`, a closed channel) or
    ///   why it was not sent (`invalidMessage`, `notConfirming`).
    package func publish(_ publication: AMQPPublication) async throws(AMQPError) -> AMQPConfirm {
        guard let result = await publish([publication]).first else { throw Self.unexpectedReply }
        return try result.get()
    }

    /// Publishes all messages without waiting in between, then waits for the broker's word on each.
    ///
    /// Any number of callers may do so at once. A mandatory message without a message id gets one, because a returned
    /// message is recognised by it.
    ///
    /// - Returns: one result for each message, in their order; errors as of the single `publish`.
    package func publish(_ publications: [AMQPPublication]) async -> [Result<AMQPConfirm, AMQPError>] {
        if let reason = closeReason { return publications.map { _ in .failure(reason) } }
        let identified = publications.map { publication in
            guard publication.mandatory, publication.message.properties.messageID == nil else { return publication }
            var identified = publication
            identified.message.properties.messageID = UUID().uuidString.lowercased()
            return identified
        }
        return await withCheckedContinuation { continuation in
            connection.post(.publish(identified, id) { continuation.resume(returning: $0) })
        }
    }
}
