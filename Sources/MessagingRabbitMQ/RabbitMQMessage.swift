import AMQP
import Contracts
import Foundation
import Messaging

/// The content type of every body.
private let jsonContentType = "application/json"

extension AMQPPublication {
    /// A message as AMQP carries it: what identifies it goes to properties, the rest to headers.
    ///
    /// - Parameters:
    ///   - message: what the outbox holds.
    ///   - appID: which program sends it.
    init(_ message: OutgoingMessage, appID: String) {
        var properties = AMQPProperties()
        properties.messageID = message.id.description
        properties.correlationID = message.correlationID?.description
        properties.type = message.type.name
        properties.contentType = jsonContentType
        properties.timestamp = message.createdAt
        properties.appID = appID
        properties.deliveryMode = .persistent
        var headers = message.extraHeaders.mapValues { AMQPFieldValue.string($0) }
        headers[MessageHeader.schemaVersion] = .integer(Int64(message.type.schemaVersion))
        headers[MessageHeader.attempt] = .integer(Int64(message.attempt))
        headers[MessageHeader.traceparent] = (message.trace?.traceparent).map { .string($0) }
        headers[MessageHeader.tracestate] = (message.trace?.traceState).map { .string($0) }
        properties.headers = headers
        self.init(
            AMQPMessage(body: message.body, properties: properties), exchange: message.exchange.rawValue,
            routingKey: message.routingKey.rawValue, mandatory: message.mandatory)
    }
}

extension IncomingMessage {
    /// A delivery as a message. Whatever is missing or malformed in it becomes nil; deciding what that means is the
    /// consumer's.
    init(_ delivery: AMQPDelivery, from queue: QueueName) {
        let properties = delivery.message.properties
        let headers = properties.headers ?? [:]
        let texts = headers.texts
        self.init(
            queue: queue, exchange: ExchangeName(delivery.exchange), routingKey: RoutingKey(delivery.routingKey),
            id: properties.messageID.flatMap { MessageID($0) },
            correlationID: properties.correlationID.flatMap { JobID($0) }, typeName: properties.type,
            schemaVersion: headers[MessageHeader.schemaVersion]?.integer, contentType: properties.contentType,
            appID: properties.appID, timestamp: properties.timestamp,
            attempt: min(max(1, headers[MessageHeader.attempt]?.integer ?? 1), Int(Int32.max)),
            trace: texts[MessageHeader.traceparent].flatMap {
                TraceContext(traceparent: $0, tracestate: texts[MessageHeader.tracestate])
            },
            redelivered: delivery.redelivered, body: delivery.message.body, headers: texts)
    }
}

extension AMQPTable {
    /// Every header as text, but for those with a NUL: a stranger may send one, and no database can hold it.
    fileprivate var texts: [String: String] {
        mapValues(\.text).filter { name, text in !name.utf8.contains(0) && !text.utf8.contains(0) }
    }
}
