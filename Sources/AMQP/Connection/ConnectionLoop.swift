import Foundation
import Glibc
import Logging

/// The one thread of a connection: takes commands, writes, reads, and services heartbeats.
///
/// Made and run on the loop thread only, hence not Sendable. It never waits but in `poll` and, for a frame that the
/// socket has only partly taken, inside librabbitmq, which the kernel's write timeout bounds.
final class ConnectionLoop {
    private struct PublishBatch {
        var results: [Result<AMQPConfirm, AMQPError>?]
        var remaining: Int
        var reply: @Sendable ([Result<AMQPConfirm, AMQPError>]) -> Void
    }

    private struct PendingPublish {
        var token: PublishToken
        var publication: AMQPPublication
        var channel: ChannelID
        var queuedAt: ContinuousClock.Instant
    }

    private struct ConsumerKey: Hashable {
        var channel: ChannelID
        var consumerTag: String
    }

    private let native: NativeConnection
    private let configuration: AMQPConfiguration
    private let mailbox: ConnectionMailbox
    private let status: ConnectionStatus
    private let logger: Logger

    private var state: ConnectionState
    private var isRunning = true
    private var lastToken: RequestToken = 0
    private var replies: [RequestToken: @Sendable (Result<ServerMethod.Reply, AMQPError>) -> Void] = [:]
    private var batches: [UInt64: PublishBatch] = [:]
    private var closers: [@Sendable () -> Void] = []
    private var channels: [ChannelID: ChannelStatus] = [:]
    private var consumers: [ConsumerKey: ConsumerSink] = [:]
    /// Methods go before messages: acknowledgements must not wait behind thousands of publishes.
    private var methods = FIFO<(method: ClientMethod, channel: UInt16)>()
    private var publishes = FIFO<PendingPublish>()
    private var lastWritable = ContinuousClock.now
    private var lastTick = ContinuousClock.now

    init(
        _ native: NativeConnection, _ configuration: AMQPConfiguration, _ mailbox: ConnectionMailbox,
        _ status: ConnectionStatus, _ logger: Logger
    ) {
        self.native = native
        self.configuration = configuration
        self.mailbox = mailbox
        self.status = status
        self.logger = logger
        state = ConnectionState(channelLimit: native.channelLimit)
    }

    /// Runs until the connection is over.
    func run() {
        while isRunning {
            do throws(AMQPError) {
                for command in mailbox.take() { perform(command) }
                try write()
                let hasMore = try read()
                tick()
                if isRunning { wait(noLongerThan: hasMore ? .zero : tickInterval) }
            } catch {
                perform(state.lost(error))
            }
        }
    }

    // MARK: - Commands

    private func perform(_ command: ConnectionCommand) {
        switch command {
        case .openChannel(let channelStatus, let reply):
            openChannel(channelStatus, reply)
        case .request(let method, let channel, let reply):
            perform(state.request(method, on: channel, awaiting(reply), at: .now))
        case .consume(let method, let consumerTag, let channel, let sink, let reply):
            guard state.isOpen(channel) else { return command.fail(Self.channelGone) }
            // Deliveries may follow in the same read as the broker's answer.
            consumers[ConsumerKey(channel: channel, consumerTag: consumerTag)] = sink
            perform(state.request(method, on: channel, awaiting(reply), at: .now))
        case .settle(let method, let channel):
            if state.isOpen(channel) { methods.append((method, channel.number)) }
        case .publish(let publications, let channel, let reply):
            enqueue(publications, on: channel, reply)
        case .close(let reply):
            closers.append(reply)
            perform(state.close(at: .now))
        }
    }

    private func openChannel(
        _ channelStatus: ChannelStatus, _ reply: @escaping @Sendable (Result<ChannelID, AMQPError>) -> Void
    ) {
        do throws(AMQPError) {
            let token = nextToken()
            let (id, actions) = try state.openChannel(token, at: .now)
            channels[id] = channelStatus
            replies[token] = { result in reply(result.map { _ in id }) }
            perform(actions)
        } catch {
            reply(.failure(error))
        }
    }

    private func enqueue(
        _ publications: [AMQPPublication], on channel: ChannelID,
        _ reply: @escaping @Sendable ([Result<AMQPConfirm, AMQPError>]) -> Void
    ) {
        guard !publications.isEmpty else { return reply([]) }
        let batch = nextToken()
        let now = ContinuousClock.now
        batches[batch] = PublishBatch(
            results: Array(repeating: nil, count: publications.count), remaining: publications.count, reply: reply)
        for (index, publication) in publications.enumerated() {
            publishes.append(
                PendingPublish(
                    token: PublishToken(batch: batch, index: index), publication: publication, channel: channel,
                    queuedAt: now))
        }
    }

    private func awaiting(
        _ reply: @escaping @Sendable (Result<ServerMethod.Reply, AMQPError>) -> Void
    ) -> RequestToken {
        let token = nextToken()
        replies[token] = reply
        return token
    }

    private func nextToken() -> UInt64 {
        lastToken += 1
        return lastToken
    }

    // MARK: - Actions

    private func perform(_ actions: [ConnectionState.Action]) {
        // Whoever is woken by what comes before it must find the connection over.
        if case .closed(let error) = actions.last { status.ending(error) }
        for action in actions {
            switch action {
            case .channel(let id, let action): perform(action, on: id)
            case .send(let method): methods.append((method, 0))
            case .blocked(let reason): blocked(reason)
            case .unblocked: unblocked()
            case .closed(let error): closed(error)
            }
        }
    }

    private func perform(_ action: ChannelState.Action, on channel: ChannelID) {
        switch action {
        case .send(let method):
            methods.append((method, channel.number))
        case .answer(let token, let result):
            replies.removeValue(forKey: token)?(result)
        case .confirm(let token, let result):
            resolve(token, result)
        case .deliver(let delivery):
            channels[channel]?.delivered(delivery.deliveryTag)
            consumers[ConsumerKey(channel: channel, consumerTag: delivery.consumerTag)]?.deliver(delivery)
        case .consumerEnded(let consumerTag, let reason):
            consumers.removeValue(forKey: ConsumerKey(channel: channel, consumerTag: consumerTag))?.end(reason)
        case .closed(let error):
            channels.removeValue(forKey: channel)?.closed(error)
        case .giveUpConnection:
            // The connection's own state follows it with `closed`.
            break
        }
    }

    private func resolve(_ token: PublishToken, _ result: Result<AMQPConfirm, AMQPError>) {
        guard batches[token.batch]?.results[token.index] == nil else { return }
        batches[token.batch]?.results[token.index] = result
        batches[token.batch]?.remaining -= 1
        guard let batch = batches[token.batch], batch.remaining == 0 else { return }
        batches[token.batch] = nil
        batch.reply(batch.results.compactMap { $0 })
    }

    private func blocked(_ reason: String) {
        logger.warning("The broker takes no publishes", metadata: ["reason": "\(reason)"])
        setWriteTimeout(.zero)
        status.blocked(reason)
    }

    private func unblocked() {
        logger.info("The broker takes publishes again")
        lastWritable = .now
        setWriteTimeout(configuration.writeTimeout)
        status.unblocked()
    }

    /// A broker under a resource alarm reads nothing for as long as it lasts; that is no reason to give it up.
    private func setWriteTimeout(_ timeout: Duration) {
        do {
            try native.setWriteTimeout(timeout)
        } catch {
            logger.warning("The write timeout could not be changed", metadata: ["error": "\(error)"])
        }
    }

    private func closed(_ error: AMQPError) {
        isRunning = false
        flushMethods()
        for publish in publishes.removeAll() { resolve(publish.token, .failure(error)) }
        status.closed(error)
        mailbox.close(error)
        for reply in closers { reply() }
    }

    /// Answers such as `connection.close-ok` are still to be written; on a dead connection that fails and is moot.
    private func flushMethods() {
        do throws(AMQPError) {
            while let next = methods.first, isWritable() {
                _ = methods.popFirst()
                try native.send(next.method, on: next.channel)
            }
        } catch {
            logger.debug("The last answers could not be written", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Writing

    private var hasWork: Bool { !methods.isEmpty || (!publishes.isEmpty && !state.isBlocked) }

    /// Writes what the socket takes. Asking it before every few messages keeps reads and heartbeats going while the
    /// broker slows a publisher down.
    private func write() throws(AMQPError) {
        var budget = 0
        while hasWork {
            if budget <= 0 {
                guard isWritable() else { return try checkWriteTimeout() }
                lastWritable = .now
                budget = Self.writeBudget
            }
            if let next = methods.popFirst() {
                try native.send(next.method, on: next.channel)
                budget -= 64
            } else if let next = publishes.popFirst() {
                budget -= 512 + next.publication.message.body.count
                try write(next)
            }
        }
        lastWritable = .now
    }

    private func write(_ publish: PendingPublish) throws(AMQPError) {
        do throws(AMQPError) {
            let publication = publish.publication
            try publication.check(frameLimit: native.frameLimit)
            let messageID = publication.mandatory ? publication.message.properties.messageID : nil
            try state.publish(publish.token, messageID: messageID, on: publish.channel, at: .now)
        } catch {
            return resolve(publish.token, .failure(error))
        }
        try native.publish(publish.publication, on: publish.channel.number)
    }

    private func isWritable() -> Bool {
        var descriptor = pollfd(fd: native.fileDescriptor, events: Int16(POLLOUT), revents: 0)
        // An error or a hang-up counts as writable: the write then says what is wrong.
        return poll(&descriptor, 1, 0) > 0
    }

    private func checkWriteTimeout() throws(AMQPError) {
        guard !state.isBlocked, lastWritable.duration(to: .now) > configuration.writeTimeout else { return }
        throw AMQPError(
            .writeTimedOut, message: "The broker took no data for \(configuration.writeTimeout).")
    }

    // MARK: - Reading

    /// - Returns: whether more may be there: a broker that never pauses must not keep this side from writing.
    private func read() throws(AMQPError) -> Bool {
        for _ in 0..<Self.readBudget {
            guard isRunning, let frame = try native.nextFrame() else { return false }
            perform(state.received(frame))
        }
        return isRunning
    }

    // MARK: - Time

    private var tickInterval: Duration {
        native.heartbeat == .zero ? .seconds(1) : min(.seconds(1), native.heartbeat / 4)
    }

    private func tick() {
        let now = ContinuousClock.now
        guard lastTick.duration(to: now) >= .milliseconds(200) else { return }
        lastTick = now
        perform(
            state.tick(
                at: now, replyTimeout: configuration.replyTimeout, confirmTimeout: configuration.confirmTimeout))
        let error = AMQPError(.confirmTimedOut, message: "The broker took no messages in time.")
        while let oldest = publishes.first, oldest.queuedAt.duration(to: now) > configuration.confirmTimeout {
            _ = publishes.popFirst()
            resolve(oldest.token, .failure(error))
        }
    }

    private func wait(noLongerThan limit: Duration) {
        let socketEvents = Int16(POLLIN) | (hasWork ? Int16(POLLOUT) : 0)
        var descriptors = [
            pollfd(fd: native.fileDescriptor, events: socketEvents, revents: 0),
            pollfd(fd: mailbox.wakeUp.fileDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        poll(&descriptors, nfds_t(descriptors.count), Int32(clamping: limit.milliseconds))
        if descriptors[1].revents != 0 { mailbox.wakeUp.clear() }
    }

    /// Bytes between two looks at the socket; a third of the smallest usual send buffer.
    private static let writeBudget = 32 << 10
    /// Frames between two looks at the commands.
    private static let readBudget = 2_000

    private static let channelGone = AMQPError(.closedLocally, message: "The channel is closed.")
}
