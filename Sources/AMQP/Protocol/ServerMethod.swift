/// The methods that a broker sends, decoded.
enum ServerMethod: Sendable, Hashable {
    case connectionClose(replyCode: Int, text: String)
    case connectionCloseOk
    case connectionBlocked(reason: String)
    case connectionUnblocked
    case channelClose(replyCode: Int, text: String)
    case channelFlow(active: Bool)
    case reply(Reply)
    case cancel(consumerTag: String, noWait: Bool)
    case ack(deliveryTag: UInt64, multiple: Bool)
    case nack(deliveryTag: UInt64, multiple: Bool)
    case deliver(DeliveryHead)
    case returned(ReturnHead)
    /// A method that this client never asks for.
    case other(UInt32)

    /// The answers to a client's requests.
    enum Reply: Sendable, Hashable {
        case channelOpenOk
        case channelCloseOk
        case exchangeDeclareOk
        case exchangeDeleteOk
        case queueDeclareOk(AMQPQueueStatus)
        case queueBindOk
        case queueDeleteOk(messageCount: Int)
        case queuePurgeOk(messageCount: Int)
        case qosOk
        case consumeOk(consumerTag: String)
        case cancelOk(consumerTag: String)
        case confirmSelectOk
    }

    enum ReplyKind: Sendable, Hashable {
        case channelOpenOk, channelCloseOk, exchangeDeclareOk, exchangeDeleteOk, queueDeclareOk, queueBindOk
        case queueDeleteOk, queuePurgeOk, qosOk, consumeOk, cancelOk, confirmSelectOk
    }

    /// `basic.deliver` without its content.
    struct DeliveryHead: Sendable, Hashable {
        var consumerTag: String
        var deliveryTag: UInt64
        var redelivered: Bool
        var exchange: String
        var routingKey: String
    }

    /// `basic.return` without its content.
    struct ReturnHead: Sendable, Hashable {
        var replyCode: Int
        var text: String
        var exchange: String
        var routingKey: String
    }
}

extension ServerMethod.Reply {
    var kind: ServerMethod.ReplyKind {
        switch self {
        case .channelOpenOk: .channelOpenOk
        case .channelCloseOk: .channelCloseOk
        case .exchangeDeclareOk: .exchangeDeclareOk
        case .exchangeDeleteOk: .exchangeDeleteOk
        case .queueDeclareOk: .queueDeclareOk
        case .queueBindOk: .queueBindOk
        case .queueDeleteOk: .queueDeleteOk
        case .queuePurgeOk: .queuePurgeOk
        case .qosOk: .qosOk
        case .consumeOk: .consumeOk
        case .cancelOk: .cancelOk
        case .confirmSelectOk: .confirmSelectOk
        }
    }
}
