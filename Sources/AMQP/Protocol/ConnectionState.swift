import Foundation

/// Names a channel for its lifetime. Numbers are used again, serials are not, so that a command for a channel that is
/// gone can never reach the one that took its number.
struct ChannelID: Sendable, Hashable {
    var number: UInt16
    var serial: UInt64
}

/// A connection's bookkeeping after the handshake: its channels, `connection.blocked` and closing from either side.
struct ConnectionState {
    enum Action: Sendable, Hashable {
        case channel(ChannelID, ChannelState.Action)
        /// To be sent on channel 0.
        case send(ClientMethod)
        case blocked(reason: String)
        case unblocked
        /// The connection is over once everything before this action is written.
        case closed(AMQPError)
    }

    private enum Lifecycle {
        case open
        case closing(since: ContinuousClock.Instant)
        case closed
    }

    private let channelLimit: UInt16
    private var lifecycle = Lifecycle.open
    private var channels: [UInt16: (id: ChannelID, state: ChannelState)] = [:]
    private var lastNumber: UInt16 = 0
    private var lastSerial: UInt64 = 0
    private(set) var isBlocked = false

    /// - Parameter channelLimit: the negotiated highest channel number, from 1.
    init(channelLimit: UInt16) {
        self.channelLimit = max(1, channelLimit)
    }

    /// Takes the next free channel number.
    ///
    /// - Throws: `tooManyChannels` when none is free, `closedLocally` when the connection is closing.
    mutating func openChannel(
        _ token: RequestToken, at now: ContinuousClock.Instant
    ) throws(AMQPError) -> (id: ChannelID, actions: [Action]) {
        guard case .open = lifecycle else { throw Self.closedLocally }
        guard channels.count < Int(channelLimit) else {
            throw AMQPError(.tooManyChannels, message: "All \(channelLimit) channels of the connection are in use.")
        }
        repeat {
            lastNumber = lastNumber >= channelLimit ? 1 : lastNumber + 1
        } while channels[lastNumber] != nil
        lastSerial += 1
        let id = ChannelID(number: lastNumber, serial: lastSerial)
        channels[id.number] = (id, ChannelState())
        return (id, with(id) { $0.request(.channelOpen, token, at: now) })
    }

    /// A caller asks the broker for something.
    mutating func request(
        _ method: ClientMethod, on id: ChannelID, _ token: RequestToken, at now: ContinuousClock.Instant
    ) -> [Action] {
        guard channels[id.number]?.id == id else {
            return [.channel(id, .answer(token, .failure(Self.closedLocally)))]
        }
        return with(id) { $0.request(method, token, at: now) }
    }

    /// Whether a method without an answer, such as `basic.ack`, may be sent on the channel.
    func isOpen(_ id: ChannelID) -> Bool {
        guard let channel = channels[id.number], channel.id == id else { return false }
        return channel.state.isOpen
    }

    /// A message is about to be written.
    ///
    /// - Throws: why it must not be.
    mutating func publish(
        _ token: PublishToken, messageID: String?, on id: ChannelID, at now: ContinuousClock.Instant
    ) throws(AMQPError) {
        guard isOpen(id) else { throw Self.closedLocally }
        try channels[id.number]?.state.publish(token, messageID: messageID, at: now)
    }

    /// This side wants to close.
    mutating func close(at now: ContinuousClock.Instant) -> [Action] {
        guard case .open = lifecycle else { return [] }
        lifecycle = .closing(since: now)
        return [.send(.connectionClose)]
    }

    /// A frame arrived.
    mutating func received(_ frame: ServerFrame) -> [Action] {
        guard frame.channel != 0 else { return receivedOnConnection(frame.payload) }
        // Frames of a channel that is gone were under way when it closed.
        guard let id = channels[frame.channel]?.id else { return [] }
        return with(id) { state in
            switch frame.payload {
            case .method(let method): state.received(method)
            case .header(let bodySize, let properties): state.receivedHeader(bodySize: bodySize, properties)
            case .body(let fragment): state.receivedBody(fragment)
            }
        }
    }

    /// The connection is gone: every channel and everyone who waits is told.
    mutating func lost(_ error: AMQPError) -> [Action] {
        if case .closed = lifecycle { return [] }
        let reason = if case .closing = lifecycle { Self.closedLocally } else { error }
        lifecycle = .closed
        let ids = channels.values.map(\.id).sorted { $0.number < $1.number }
        return ids.flatMap { id in with(id) { $0.lost(reason) } } + [.closed(reason)]
    }

    /// Notices answers and confirms that are overdue.
    mutating func tick(
        at now: ContinuousClock.Instant, replyTimeout: Duration, confirmTimeout: Duration
    ) -> [Action] {
        let waitingSince = channels.values.compactMap(\.state.oldestRequest).min()
        if case .closing(let since) = lifecycle, since.duration(to: now) > min(replyTimeout, Self.closeTimeout) {
            return lost(Self.closedLocally)
        }
        if let waitingSince, waitingSince.duration(to: now) > replyTimeout {
            return lost(AMQPError(.replyTimedOut, message: "The broker did not answer within \(replyTimeout)."))
        }
        return channels.values.map(\.id).flatMap { id in
            with(id) { $0.expireConfirms(publishedBefore: now - confirmTimeout) }
        }
    }

    /// How long the broker may take to answer `connection.close`.
    private static let closeTimeout = Duration.seconds(3)

    private mutating func receivedOnConnection(_ payload: ServerFrame.Payload) -> [Action] {
        switch payload {
        case .method(.connectionClose(let replyCode, let text)):
            return [.send(.connectionCloseOk)] + lost(AMQPError(closedWith: replyCode, text: text))
        case .method(.connectionCloseOk):
            return lost(Self.closedLocally)
        case .method(.connectionBlocked(let reason)):
            isBlocked = true
            return [.blocked(reason: reason)]
        case .method(.connectionUnblocked):
            isBlocked = false
            return [.unblocked]
        default:
            return lost(AMQPError(.protocolViolation, message: "Unexpected on the connection: \(payload)."))
        }
    }

    private mutating func with(_ id: ChannelID, _ body: (inout ChannelState) -> [ChannelState.Action]) -> [Action] {
        guard var entry = channels.removeValue(forKey: id.number) else { return [] }
        let actions = body(&entry.state)
        var isGone = false
        var result: [Action] = []
        for action in actions {
            if case .closed = action { isGone = true }
            result.append(.channel(id, action))
        }
        if !isGone { channels[id.number] = entry }
        for case .giveUpConnection(let error) in actions {
            result += lost(error)
        }
        return result
    }

    private static let closedLocally = AMQPError(.closedLocally, message: "The connection was closed on this side.")
}
