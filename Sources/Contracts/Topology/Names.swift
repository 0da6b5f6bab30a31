/// An exchange's name.
package struct ExchangeName: NameIdentifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Work for processors.
    package static let jobs: ExchangeName = "certforge.jobs"
    /// What happened.
    package static let events: ExchangeName = "certforge.events"
    /// Everything that gave up.
    package static let deadLetter: ExchangeName = "certforge.dead-letter"
    /// Work that no queue was bound for.
    package static let unrouted: ExchangeName = "certforge.unrouted"
}

/// A queue's name.
package struct QueueName: NameIdentifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static func requests(_ lane: Lane) -> QueueName { QueueName("certification.requests.\(lane.rawValue)") }
    package static let notifications: QueueName = "notifications"
    package static let deadLetter: QueueName = "dead-letter"
    package static let unrouted: QueueName = "unrouted"
}

/// A topic exchange's routing key, or a binding's pattern.
package struct RoutingKey: NameIdentifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static func certificationRequested(_ lane: Lane) -> RoutingKey {
        RoutingKey("certification.requested.\(lane.rawValue)")
    }

    /// Whether a key matches this pattern: `*` stands for one word, `#` for any number of them (AMQP 0-9-1 §3.1.3.3).
    package func matches(_ key: RoutingKey) -> Bool {
        Self.match(
            rawValue.split(separator: ".", omittingEmptySubsequences: false)[...],
            key.rawValue.split(separator: ".", omittingEmptySubsequences: false)[...])
    }

    private static func match(_ pattern: ArraySlice<Substring>, _ words: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return words.isEmpty }
        if first == "#" {
            return (words.startIndex...words.endIndex).contains { match(pattern.dropFirst(), words[$0...]) }
        }
        guard let word = words.first, first == "*" || first == word else { return false }
        return match(pattern.dropFirst(), words.dropFirst())
    }
}
