package import Contracts
package import Foundation
package import Messaging

/// A message of the dead-letter queue, read for what it says about its death. Any message can be: nothing of it is
/// required.
package struct BuriedMessage: Sendable, Hashable {
    package var message: IncomingMessage
    /// CertForge's own name of the cause, or the broker's with hyphens; `unknown` when nothing says why.
    package var cause: String
    package var error: String
    /// Where the message had been sent to, and which queue it died in; empty where nothing says so.
    package var exchange: ExchangeName
    package var routingKey: RoutingKey
    package var queue: QueueName
    /// When the broker says that it died.
    package var diedAt: Date?
    package var jobID: JobID?
    package var certificationID: CertificationID?
    /// The replay's item that the message was sent again by.
    package var replayItem: ReplayItemID?

    package init(_ message: IncomingMessage) {
        self.message = message.storable
        let headers = self.message.headers
        let death = BrokerDeath(headers)
        // The broker's headers are there only if its death was the later one: a copy of CertForge's does not carry them.
        if let death {
            cause = death.cause
            error = death.sentence
            exchange = ExchangeName(death.exchange)
            queue = QueueName(death.queue)
            routingKey = self.message.routingKey
        } else {
            cause = headers[MessageHeader.cause] ?? "unknown"
            error = headers[MessageHeader.error] ?? ""
            exchange = ExchangeName(headers[MessageHeader.originalExchange] ?? "")
            queue = QueueName(headers[MessageHeader.originalQueue] ?? "")
            routingKey = RoutingKey(headers[MessageHeader.originalRoutingKey] ?? self.message.routingKey.rawValue)
        }
        diedAt = death?.time
        let subject = try? JSONDecoder().decode(Subject.self, from: message.body)
        certificationID = (subject?.certificationId ?? subject?.certification?.certificationId)
            .flatMap { CertificationID($0) }
        jobID = message.correlationID ?? subject?.jobId.flatMap { JobID($0) }
        replayItem = message.replayItem
    }

    package var fingerprint: DeadLetterFingerprint {
        DeadLetterFingerprint(cause: cause, type: message.typeName, queue: queue.rawValue, error: error)
    }

    /// The same for every delivery of the same death. Two deaths of a message differ: each replay leaves its mark, and
    /// so does each attempt. Without an id, what the broker says of the death must do.
    var deathKey: String {
        let identity = message.id.map(\.description) ?? message.headers["x-death"] ?? ""
        return [
            identity, cause, error, queue.rawValue, routingKey.rawValue, "\(message.attempt)",
            replayItem?.description ?? "", message.typeName ?? "",
            message.id == nil ? "\(message.timestamp?.timeIntervalSince1970 ?? 0)" : "",
        ].joined(separator: "\u{1F}")
    }
}

extension IncomingMessage {
    /// The item of a replay that the message, or the one that it was copied from, was sent again by.
    var replayItem: ReplayItemID? { headers[MessageHeader.replay].flatMap { ReplayItemID($0) } }

    /// The message without NUL characters in its texts, which no PostgreSQL text can hold; a stranger may send them.
    fileprivate var storable: IncomingMessage {
        var copy = self
        copy.exchange = ExchangeName(exchange.rawValue.storable)
        copy.routingKey = RoutingKey(routingKey.rawValue.storable)
        copy.typeName = typeName?.storable
        copy.contentType = contentType?.storable
        copy.appID = appID?.storable
        copy.headers = Dictionary(
            headers.map { ($0.key.storable, $0.value.storable) }, uniquingKeysWith: { first, _ in first })
        return copy
    }
}

extension String {
    fileprivate var storable: String { utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self }
}

/// What RabbitMQ's headers say about a message that it dead-lettered itself.
private struct BrokerDeath {
    var cause: String
    var exchange: String
    var queue: String
    var time: Date?

    /// Nil when the broker did not dead-letter the message.
    init?(_ headers: [String: String]) {
        guard let reason = headers["x-first-death-reason"] ?? headers["x-last-death-reason"] else { return nil }
        cause = reason.replacing("_", with: "-")
        exchange = headers["x-first-death-exchange"] ?? headers["x-last-death-exchange"] ?? ""
        queue = headers["x-first-death-queue"] ?? headers["x-last-death-queue"] ?? ""
        time = headers["x-death"].flatMap(Self.time)
    }

    var sentence: String {
        switch cause {
        case "expired": "The message expired in the queue '\(queue)' before a consumer took it."
        case "delivery-limit": "The queue '\(queue)' gave the message up: its consumers failed over it too often."
        case "maxlen": "The queue '\(queue)' was full."
        case "rejected": "A consumer of the queue '\(queue)' rejected the message."
        default: "The broker dead-lettered the message from the queue '\(queue)'."
        }
    }

    /// The first time in the text of `x-death`; the latest death comes first.
    private static func time(in death: String) -> Date? {
        guard let start = death.firstRange(of: "time=")?.upperBound else { return nil }
        return try? Date(String(death[start...].prefix { $0 != "," && $0 != "}" }), strategy: .iso8601)
    }
}

/// As much of any body as says what it is about.
private struct Subject: Decodable {
    struct Certification: Decodable {
        var certificationId: String?
    }

    var jobId: String?
    var certificationId: String?
    var certification: Certification?
}
