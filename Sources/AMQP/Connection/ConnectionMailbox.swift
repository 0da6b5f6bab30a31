import Synchronization

/// What callers ask of a connection's loop thread.
enum ConnectionCommand: Sendable {
    case openChannel(ChannelStatus, reply: @Sendable (Result<ChannelID, AMQPError>) -> Void)
    case request(ClientMethod, ChannelID, reply: @Sendable (Result<ServerMethod.Reply, AMQPError>) -> Void)
    case consume(
        ClientMethod, consumerTag: String, ChannelID, ConsumerSink,
        reply: @Sendable (Result<ServerMethod.Reply, AMQPError>) -> Void)
    case settle(ClientMethod, ChannelID)
    case publish([AMQPPublication], ChannelID, reply: @Sendable ([Result<AMQPConfirm, AMQPError>]) -> Void)
    /// `reply` is called when the connection is over.
    case close(reply: @Sendable () -> Void)

    /// Tells the caller that the connection is gone.
    func fail(_ error: AMQPError) {
        switch self {
        case .openChannel(_, let reply): reply(.failure(error))
        case .request(_, _, let reply): reply(.failure(error))
        case .consume(_, _, _, let sink, let reply):
            sink.end(.closed(error))
            reply(.failure(error))
        case .publish(let publications, _, let reply): reply(publications.map { _ in .failure(error) })
        case .close(let reply): reply()
        case .settle: break
        }
    }
}

/// Where a consumer's deliveries go.
struct ConsumerSink: Sendable {
    let deliver: @Sendable (AMQPDelivery) -> Void
    let end: @Sendable (AMQPConsumerEnd) -> Void
}

/// The way from callers to the loop thread, which alone touches librabbitmq.
final class ConnectionMailbox: Sendable {
    private enum State {
        case open([ConnectionCommand])
        case closed(AMQPError)
    }

    let wakeUp: WakeUp
    private let state = Mutex(State.open([]))

    init() throws(AMQPError) {
        wakeUp = try WakeUp()
    }

    /// Hands a command over, or fails it at once when the connection is gone.
    func post(_ command: ConnectionCommand) {
        let (wasEmpty, reason) = state.withLock { state -> (Bool, AMQPError?) in
            switch state {
            case .open(var commands):
                // The array must not be shared while it grows.
                state = .open([])
                commands.append(command)
                state = .open(commands)
                return (commands.count == 1, nil)
            case .closed(let reason):
                return (false, reason)
            }
        }
        if let reason {
            command.fail(reason)
        } else if wasEmpty {
            wakeUp.signal()
        }
    }

    /// Takes all commands, oldest first.
    func take() -> [ConnectionCommand] {
        state.withLock { state in
            guard case .open(let commands) = state else { return [] }
            state = .open([])
            return commands
        }
    }

    /// Takes no more commands and fails those that nobody has taken.
    func close(_ reason: AMQPError) {
        let abandoned = state.withLock { state -> [ConnectionCommand] in
            guard case .open(let commands) = state else { return [] }
            state = .closed(reason)
            return commands
        }
        for command in abandoned { command.fail(reason) }
    }
}
