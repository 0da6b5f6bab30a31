/// What `exchange.declare` says.
package struct AMQPExchangeDeclaration: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case direct, topic, fanout, headers
    }

    package var name: String
    package var kind: Kind
    package var durable: Bool
    package var autoDelete: Bool
    package var arguments: AMQPTable
    /// True: only check that the exchange exists.
    package var passive: Bool

    package init(
        name: String, kind: Kind, durable: Bool = true, autoDelete: Bool = false, arguments: AMQPTable = [:],
        passive: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.durable = durable
        self.autoDelete = autoDelete
        self.arguments = arguments
        self.passive = passive
    }
}

/// What `queue.declare` says.
package struct AMQPQueueDeclaration: Sendable, Hashable {
    /// Empty: the broker makes a name up.
    package var name: String
    package var durable: Bool
    package var exclusive: Bool
    package var autoDelete: Bool
    package var arguments: AMQPTable
    /// True: only check that the queue exists.
    package var passive: Bool

    package init(
        name: String, durable: Bool = true, exclusive: Bool = false, autoDelete: Bool = false,
        arguments: AMQPTable = [:], passive: Bool = false
    ) {
        self.name = name
        self.durable = durable
        self.exclusive = exclusive
        self.autoDelete = autoDelete
        self.arguments = arguments
        self.passive = passive
    }
}

/// What `queue.declare-ok` says.
package struct AMQPQueueStatus: Sendable, Hashable {
    package var name: String
    /// Messages ready for delivery.
    package var messageCount: Int
    package var consumerCount: Int
}
