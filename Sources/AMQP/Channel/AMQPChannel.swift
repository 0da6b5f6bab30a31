import Logging

/// One channel of a connection. An error on it, such as a queue that does not exist, closes it and leaves the
/// connection usable.
package final class AMQPChannel: Sendable {
    let id: ChannelID
    let status: ChannelStatus
    let connection: AMQPConnection

    init(_ id: ChannelID, _ status: ChannelStatus, _ connection: AMQPConnection) {
        self.id = id
        self.status = status
        self.connection = connection
    }

    /// Why the channel is closed; nil while it is open.
    package var closeReason: AMQPError? { status.closeReason }

    /// Closes the channel; unsettled deliveries go back to their queues.
    package func close() async {
        guard closeReason == nil else { return }
        do throws(AMQPError) {
            _ = try await request(.channelClose)
        } catch {
            connection.logger.warning(
                "A channel could not be closed in order", metadata: ["error": "\(error.debugDescription)"])
        }
    }

    /// - Throws: the error with which the broker closed the channel instead of answering, or why the connection is over.
    func request(_ method: ClientMethod) async throws(AMQPError) -> ServerMethod.Reply {
        try method.check()
        if let reason = closeReason { throw reason }
        let result = await withCheckedContinuation { continuation in
            connection.post(.request(method, id) { continuation.resume(returning: $0) })
        }
        return try result.get()
    }
}
