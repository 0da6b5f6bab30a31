package import Foundation

/// A message's body and properties.
package struct AMQPMessage: Sendable, Hashable {
    package var body: Data
    package var properties: AMQPProperties

    package init(body: Data, properties: AMQPProperties = AMQPProperties()) {
        self.body = body
        self.properties = properties
    }
}

/// The properties of class `basic` (AMQP 0-9-1 §1.8); nil means absent on the wire.
package struct AMQPProperties: Sendable, Hashable {
    package var contentType: String?
    package var contentEncoding: String?
    package var headers: AMQPTable?
    package var deliveryMode: AMQPDeliveryMode?
    /// 0 to 255; the broker's queue decides what it means.
    package var priority: UInt8?
    package var correlationID: String?
    package var replyTo: String?
    /// Milliseconds as decimal digits.
    package var expiration: String?
    package var messageID: String?
    /// Whole seconds travel.
    package var timestamp: Date?
    package var type: String?
    /// The broker refuses any but the connection's own user.
    package var userID: String?
    package var appID: String?

    package init() {}
}

/// Whether a message survives a restart of the broker.
package enum AMQPDeliveryMode: UInt8, Sendable, Hashable {
    case transient = 1
    case persistent = 2
}

/// What the broker said about one published message.
package enum AMQPConfirm: Sendable, Hashable {
    /// It has taken responsibility.
    case ack
    /// It refused, for example because a queue is full.
    case nack
    /// No queue took a mandatory message; 312 is "no route".
    case returned(code: Int, text: String)
}

/// A message with its address on the way to the broker.
package struct AMQPPublication: Sendable, Hashable {
    package var exchange: String
    package var routingKey: String
    /// Whether the message comes back as `AMQPConfirm.returned` when no queue takes it.
    package var mandatory: Bool
    package var message: AMQPMessage

    package init(_ message: AMQPMessage, exchange: String, routingKey: String, mandatory: Bool = true) {
        self.message = message
        self.exchange = exchange
        self.routingKey = routingKey
        self.mandatory = mandatory
    }
}

/// A message that the broker delivered to a consumer.
package struct AMQPDelivery: Sendable, Hashable {
    /// Names the delivery on its channel, for settling.
    package var deliveryTag: UInt64
    package var consumerTag: String
    package var redelivered: Bool
    package var exchange: String
    package var routingKey: String
    package var message: AMQPMessage
}
