import Foundation

/// Names a waiting caller.
typealias RequestToken = UInt64

/// One channel's bookkeeping: its life, unanswered requests, unconfirmed messages, consumers and half-read content.
struct ChannelState {
    enum Action: Sendable, Hashable {
        case send(ClientMethod)
        case answer(RequestToken, Result<ServerMethod.Reply, AMQPError>)
        case confirm(PublishToken, Result<AMQPConfirm, AMQPError>)
        case deliver(AMQPDelivery)
        case consumerEnded(consumerTag: String, AMQPConsumerEnd)
        /// The channel is gone; nothing more may be sent on it.
        case closed(AMQPError)
        /// The broker broke the protocol: the connection is to be given up.
        case giveUpConnection(AMQPError)
    }

    private struct Request {
        var token: RequestToken
        var reply: ServerMethod.ReplyKind
        var sentAt: ContinuousClock.Instant
    }

    private enum Lifecycle {
        case open
        /// `channel.close` is sent: everything but the answer to it is to be discarded (AMQP 0-9-1 §1.5.2.5).
        case closing
        case closed
    }

    private var lifecycle = Lifecycle.open
    private var requests: [Request] = []
    private var consumers: Set<String> = []
    private var confirms: ConfirmTracker?
    private var content = ContentAssembler()

    /// Whether methods may still be sent: after `channel.close` the broker answers any with closing the connection.
    var isOpen: Bool {
        if case .open = lifecycle { true } else { false }
    }
    /// Since when the oldest request waits for its answer; nil when none does.
    var oldestRequest: ContinuousClock.Instant? { requests.first?.sentAt }
    /// How many messages wait for their confirm.
    var unconfirmedCount: Int { confirms?.count ?? 0 }

    /// A caller asks the broker for something.
    mutating func request(
        _ method: ClientMethod, _ token: RequestToken, at now: ContinuousClock.Instant
    ) -> [Action] {
        guard case .open = lifecycle, let reply = method.expectedReply else {
            return [.answer(token, .failure(Self.closedLocally))]
        }
        if case .consume(_, let consumerTag, _, _) = method { consumers.insert(consumerTag) }
        if case .channelClose = method { lifecycle = .closing }
        requests.append(Request(token: token, reply: reply, sentAt: now))
        return [.send(method)]
    }

    /// A message is about to be written.
    ///
    /// - Throws: why it must not be: the channel is closed or not in confirm mode.
    mutating func publish(
        _ token: PublishToken, messageID: String?, at now: ContinuousClock.Instant
    ) throws(AMQPError) {
        guard case .open = lifecycle else { throw Self.closedLocally }
        guard confirms != nil else {
            throw AMQPError(.notConfirming, message: "The channel must be in confirm mode before it publishes.")
        }
        confirms?.published(token, messageID: messageID, at: now)
    }

    /// A method frame arrived.
    mutating func received(_ method: ServerMethod) -> [Action] {
        switch (lifecycle, method) {
        case (.closed, _):
            return []
        case (_, .reply(let reply)):
            return answered(reply)
        case (_, .channelClose(let replyCode, let text)):
            return [.send(.channelCloseOk)] + lost(AMQPError(closedWith: replyCode, text: text))
        case (_, .ack(let deliveryTag, let multiple)):
            return confirmed(deliveryTag, multiple: multiple, as: .ack)
        case (_, .nack(let deliveryTag, let multiple)):
            return confirmed(deliveryTag, multiple: multiple, as: .nack)
        case (.closing, _):
            return []
        case (.open, .deliver(let head)):
            return began(.delivery(head))
        case (.open, .returned(let head)):
            return began(.returned(head))
        case (.open, .cancel(let consumerTag, let noWait)):
            return cancelledByBroker(consumerTag, noWait: noWait)
        case (.open, .channelFlow(let active)):
            return [.send(.channelFlowOk(active: active))]
        case (.open, _):
            return [.giveUpConnection(AMQPError(.protocolViolation, message: "Unexpected on a channel: \(method)."))]
        }
    }

    /// A header frame arrived.
    mutating func receivedHeader(bodySize: UInt64, _ properties: AMQPProperties) -> [Action] {
        guard case .open = lifecycle else { return [] }
        do {
            return completed(try content.header(bodySize: bodySize, properties))
        } catch {
            return [.giveUpConnection(error)]
        }
    }

    /// A body frame arrived.
    mutating func receivedBody(_ fragment: Data) -> [Action] {
        guard case .open = lifecycle else { return [] }
        do {
            return completed(try content.body(fragment))
        } catch {
            return [.giveUpConnection(error)]
        }
    }

    /// Tells the callers of messages published before `instant` that nothing is known about them.
    mutating func expireConfirms(publishedBefore instant: ContinuousClock.Instant) -> [Action] {
        let error = AMQPError(.confirmTimedOut, message: "The broker did not confirm the message in time.")
        return (confirms?.expire(publishedBefore: instant) ?? []).map { .confirm($0, .failure(error)) }
    }

    /// The channel or its connection is gone: everyone who waits is told.
    mutating func lost(_ error: AMQPError) -> [Action] {
        if case .closed = lifecycle { return [] }
        lifecycle = .closed
        let unconfirmed = confirms?.removeAll() ?? []
        let waiting = requests
        requests = []
        let ended = consumers.sorted()
        consumers = []
        // Closing is announced first: whoever is woken by the rest must find the channel closed.
        return [.closed(error)] + unconfirmed.map { .confirm($0, .failure(error)) }
            + ended.map { .consumerEnded(consumerTag: $0, .closed(error)) }
            + waiting.map {
                .answer($0.token, $0.reply == .channelCloseOk ? .success(.channelCloseOk) : .failure(error))
            }
    }

    private mutating func answered(_ reply: ServerMethod.Reply) -> [Action] {
        if case .closing = lifecycle, reply == .channelCloseOk { return lost(Self.closedLocally) }
        guard let request = requests.first, request.reply == reply.kind else {
            return [.giveUpConnection(AMQPError(.protocolViolation, message: "Nobody asked for \(reply)."))]
        }
        switch reply {
        case .confirmSelectOk where confirms == nil:
            confirms = ConfirmTracker()
        case .cancelOk(let consumerTag):
            requests.removeFirst()
            let isKnown = consumers.remove(consumerTag) != nil
            return (isKnown ? [.consumerEnded(consumerTag: consumerTag, .cancelledLocally)] : [])
                + [.answer(request.token, .success(reply))]
        default:
            break
        }
        requests.removeFirst()
        return [.answer(request.token, .success(reply))]
    }

    private mutating func confirmed(_ deliveryTag: UInt64, multiple: Bool, as outcome: AMQPConfirm) -> [Action] {
        (confirms?.settled(deliveryTag, multiple: multiple, as: outcome) ?? [])
            .map { .confirm($0.token, .success($0.confirm)) }
    }

    private mutating func began(_ head: ContentAssembler.Head) -> [Action] {
        do {
            try content.begin(head)
            return []
        } catch {
            return [.giveUpConnection(error)]
        }
    }

    private mutating func cancelledByBroker(_ consumerTag: String, noWait: Bool) -> [Action] {
        let answer: [Action] = noWait ? [] : [.send(.cancelOk(consumerTag: consumerTag))]
        guard consumers.remove(consumerTag) != nil else { return answer }
        return answer + [.consumerEnded(consumerTag: consumerTag, .cancelledByBroker)]
    }

    private mutating func completed(_ content: ContentAssembler.Content?) -> [Action] {
        guard let content else { return [] }
        switch content.head {
        case .delivery(let head):
            // A consumer that this side has seen the end of gets no more.
            guard consumers.contains(head.consumerTag) else { return [] }
            return [.deliver(AMQPDelivery(head, content.message))]
        case .returned(let head):
            _ = confirms?.returned(
                messageID: content.message.properties.messageID, replyCode: head.replyCode, text: head.text)
            return []
        }
    }

    private static let closedLocally = AMQPError(.closedLocally, message: "The channel was closed on this side.")
}

extension AMQPDelivery {
    init(_ head: ServerMethod.DeliveryHead, _ message: AMQPMessage) {
        self.init(
            deliveryTag: head.deliveryTag, consumerTag: head.consumerTag, redelivered: head.redelivered,
            exchange: head.exchange, routingKey: head.routingKey, message: message)
    }
}
