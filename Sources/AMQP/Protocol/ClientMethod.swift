/// The methods that this client sends, but for `basic.publish`, which carries content.
enum ClientMethod: Sendable, Hashable {
    case connectionClose
    case connectionCloseOk
    case channelOpen
    case channelClose
    case channelCloseOk
    case channelFlowOk(active: Bool)
    case exchangeDeclare(AMQPExchangeDeclaration)
    case exchangeDelete(name: String)
    case queueDeclare(AMQPQueueDeclaration)
    case queueBind(queue: String, exchange: String, routingKey: String, arguments: AMQPTable)
    case queueDelete(name: String)
    case queuePurge(name: String)
    case qos(prefetch: UInt16)
    case consume(queue: String, consumerTag: String, exclusive: Bool, arguments: AMQPTable)
    case cancel(consumerTag: String)
    case cancelOk(consumerTag: String)
    case confirmSelect
    case ack(deliveryTag: UInt64, multiple: Bool)
    case nack(deliveryTag: UInt64, multiple: Bool, requeue: Bool)
    case reject(deliveryTag: UInt64, requeue: Bool)

    /// What the broker answers with; nil for methods that have no answer.
    var expectedReply: ServerMethod.ReplyKind? {
        switch self {
        case .channelOpen: .channelOpenOk
        case .channelClose: .channelCloseOk
        case .exchangeDeclare: .exchangeDeclareOk
        case .exchangeDelete: .exchangeDeleteOk
        case .queueDeclare: .queueDeclareOk
        case .queueBind: .queueBindOk
        case .queueDelete: .queueDeleteOk
        case .queuePurge: .queuePurgeOk
        case .qos: .qosOk
        case .consume: .consumeOk
        case .cancel: .cancelOk
        case .confirmSelect: .confirmSelectOk
        case .connectionClose, .connectionCloseOk, .channelCloseOk, .channelFlowOk, .cancelOk, .ack, .nack, .reject:
            nil
        }
    }

    /// - Throws: `invalidMessage` when a name is too long for the protocol.
    func check() throws(AMQPError) {
        switch self {
        case .exchangeDeclare(let declaration):
            try ShortString.check([("exchange", declaration.name), ("kind", declaration.kind.rawValue)])
            try ShortString.check(declaration.arguments)
        case .queueDeclare(let declaration):
            try ShortString.check([("queue", declaration.name)])
            try ShortString.check(declaration.arguments)
        case .queueBind(let queue, let exchange, let routingKey, let arguments):
            try ShortString.check([("queue", queue), ("exchange", exchange), ("routing key", routingKey)])
            try ShortString.check(arguments)
        case .consume(let queue, let consumerTag, _, let arguments):
            try ShortString.check([("queue", queue), ("consumer tag", consumerTag)])
            try ShortString.check(arguments)
        case .exchangeDelete(let name), .queueDelete(let name), .queuePurge(let name), .cancel(let name),
            .cancelOk(let name):
            try ShortString.check([("name", name)])
        case .connectionClose, .connectionCloseOk, .channelOpen, .channelClose, .channelCloseOk, .channelFlowOk, .qos,
            .confirmSelect, .ack, .nack, .reject:
            break
        }
    }
}
