package import Foundation

/// A message's name and the major version of its schema.
package struct MessageType: Hashable, Sendable, CustomStringConvertible {
    /// The AMQP `type` property, for example `certification.requested`.
    package let name: String
    /// The header `x-schema-version`. A consumer dead-letters versions that it does not know.
    package let schemaVersion: Int

    package init(name: String, schemaVersion: Int) {
        self.name = name
        self.schemaVersion = schemaVersion
    }

    package var description: String { "\(name) v\(schemaVersion)" }
}

/// A payload that travels between the services. Its JSON form is published in `contracts/schemas`.
package protocol Message: Codable, Sendable, Equatable {
    /// The schema version that this code writes; the only one that it reads.
    static var schemaVersion: Int { get }
    /// Every `type` under which the payload travels.
    static var typeNames: [String] { get }
    /// The type of this very message.
    var type: MessageType { get }
    /// The job that the message belongs to: the AMQP `correlation_id`.
    var jobID: JobID { get }
    /// Where the message is to be published.
    var destination: MessageDestination { get }
    /// Decodes the body of a message that travels under one of `typeNames`. Throws `DecodingError`.
    static func decode(_ body: Data, typeName: String) throws -> Self
}

extension Message {
    package static func decode(_ body: Data, typeName: String) throws -> Self {
        try MessageCoding.decode(Self.self, from: body)
    }
}

/// An exchange, a routing key, and what an unroutable message there means.
package struct MessageDestination: Hashable, Sendable {
    package let exchange: ExchangeName
    package let routingKey: RoutingKey
    /// True: the message must reach a queue, the outbox keeps it until it does. False: an announcement that nobody
    /// may be listening to.
    package let mandatory: Bool

    package init(exchange: ExchangeName, routingKey: RoutingKey, mandatory: Bool) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.mandatory = mandatory
    }
}

/// The JSON form of every message: RFC 3339 dates with milliseconds, keys sorted.
package enum MessageCoding {
    /// The body of `message` as UTF-8 JSON.
    package static func encode(_ message: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(date.rfc3339Milliseconds)
        }
        return try encoder.encode(message)
    }

    /// Decodes a body. Unknown fields are ignored, missing and malformed ones are an error.
    package static func decode<Payload: Decodable>(_ type: Payload.Type, from body: Data) throws -> Payload {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = Date(rfc3339: text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "'\(text)' is not an RFC 3339 date")
            }
            return date
        }
        return try decoder.decode(type, from: body)
    }
}
