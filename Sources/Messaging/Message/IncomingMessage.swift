package import Contracts
package import Foundation

/// A message as a queue delivered it. Nothing in it is trusted: every field may be missing.
package struct IncomingMessage: Sendable, Hashable {
    package var queue: QueueName
    package var exchange: ExchangeName
    package var routingKey: RoutingKey
    /// Nil when the property is missing or no UUID.
    package var id: MessageID?
    package var correlationID: JobID?
    package var typeName: String?
    package var schemaVersion: Int?
    package var contentType: String?
    package var appID: String?
    package var timestamp: Date?
    /// From 1; 1 when the header is missing.
    package var attempt: Int
    package var trace: TraceContext?
    /// Whether the broker delivered it before.
    package var redelivered: Bool
    package var body: Data
    /// Every header as text.
    package var headers: [String: String]

    package init(
        queue: QueueName, exchange: ExchangeName, routingKey: RoutingKey, id: MessageID?, correlationID: JobID?,
        typeName: String?, schemaVersion: Int?, contentType: String?, appID: String?, timestamp: Date?, attempt: Int,
        trace: TraceContext?, redelivered: Bool, body: Data, headers: [String: String]
    ) {
        self.queue = queue
        self.exchange = exchange
        self.routingKey = routingKey
        self.id = id
        self.correlationID = correlationID
        self.typeName = typeName
        self.schemaVersion = schemaVersion
        self.contentType = contentType
        self.appID = appID
        self.timestamp = timestamp
        self.attempt = attempt
        self.trace = trace
        self.redelivered = redelivered
        self.body = body
        self.headers = headers
    }
}
