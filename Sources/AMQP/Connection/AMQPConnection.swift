import Foundation
package import Logging

/// One connection to a broker, on a thread of its own. It is not opened again when it is lost.
///
/// Thread-safe; no call blocks a thread. Dropping the last reference closes it.
package final class AMQPConnection: Sendable {
    private let mailbox: ConnectionMailbox
    private let status: ConnectionStatus
    let logger: Logger

    /// Opens a connection, within the configuration's connect timeout for TCP and again for the handshake.
    ///
    /// - Throws: `connectFailed`, `connectTimedOut`, `nameResolutionFailed`, `tlsFailed`, `authenticationFailed`,
    ///   `notAllowed` (no such virtual host) or `invalidConfiguration`.
    package static func connect(
        _ configuration: AMQPConfiguration, logger: Logger
    ) async throws(AMQPError) -> AMQPConnection {
        let mailbox = try ConnectionMailbox()
        let status = ConnectionStatus()
        let result: Result<Void, AMQPError> = await withCheckedContinuation { continuation in
            let thread = Thread {
                do throws(AMQPError) {
                    let native = try NativeConnection(configuration)
                    let loop = ConnectionLoop(native, configuration, mailbox, status, logger)
                    continuation.resume(returning: .success(()))
                    loop.run()
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            thread.name = "amqp \(configuration.connectionName)"
            thread.start()
        }
        try result.get()
        return AMQPConnection(mailbox, status, logger)
    }

    private init(_ mailbox: ConnectionMailbox, _ status: ConnectionStatus, _ logger: Logger) {
        self.mailbox = mailbox
        self.status = status
        self.logger = logger
    }

    deinit { mailbox.post(.close {}) }

    /// What happens to the connection, for one reader; ends with `closed`.
    package var events: AsyncStream<AMQPConnectionEvent> { status.events }
    /// Whether the broker takes no publishes at the moment; they wait on this side.
    package var isBlocked: Bool { status.isBlocked }
    /// Why the connection is over; nil while it is open.
    package var closeReason: AMQPError? { status.closeReason }

    /// Opens a channel.
    ///
    /// - Throws: `tooManyChannels`, or why the connection is over.
    package func openChannel() async throws(AMQPError) -> AMQPChannel {
        let channelStatus = ChannelStatus()
        let result = await withCheckedContinuation { continuation in
            post(.openChannel(channelStatus) { continuation.resume(returning: $0) })
        }
        return AMQPChannel(try result.get(), channelStatus, self)
    }

    /// Says goodbye to the broker and returns when the connection is over, after 3 s at the latest. Nothing waits on it
    /// any more then.
    package func close() async {
        await withCheckedContinuation { continuation in
            post(.close { continuation.resume() })
        }
    }

    func post(_ command: ConnectionCommand) { mailbox.post(command) }
}
