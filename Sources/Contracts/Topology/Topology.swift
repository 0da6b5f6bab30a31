/// The broker's exchanges, queues, bindings and policies as one value: the only place where they are declared.
package struct Topology: Sendable, Hashable {
    package var exchanges: [Exchange]
    package var queues: [Queue]
    package var bindings: [Binding]
    package var policies: [Policy]
    /// Who may do what: one user of the broker for each.
    package var roles: [Role] = []

    package struct Exchange: Sendable, Hashable {
        package enum Kind: String, Sendable { case topic, fanout }
        package var name: ExchangeName
        package var kind: Kind
        /// Where the exchange sends what no binding matches; nil where an unroutable message may be dropped. Set by
        /// policy, never by argument.
        package var alternate: ExchangeName?
    }

    /// A durable quorum queue. Its only argument is `x-queue-type`, because a queue's arguments can never be changed.
    package struct Queue: Sendable, Hashable {
        package var name: QueueName
    }

    package struct Binding: Sendable, Hashable {
        package var exchange: ExchangeName
        package var queue: QueueName
        package var pattern: RoutingKey
    }

    package struct Policy: Sendable, Hashable {
        package enum Scope: String, Sendable { case queues, exchanges }
        package enum Value: Sendable, Hashable {
            case text(String)
            case number(Int)
        }
        package var name: String
        /// A regular expression over names.
        package var pattern: String
        package var scope: Scope
        package var priority: Int
        package var definition: [String: Value]
    }
}

extension Topology {
    /// What CertForge needs of a broker, RabbitMQ 3.10 to 4.3.
    package static let certForge = Topology(
        exchanges: [
            Exchange(name: .jobs, kind: .topic, alternate: .unrouted),
            Exchange(name: .events, kind: .topic, alternate: nil),
            Exchange(name: .deadLetter, kind: .topic, alternate: .unrouted),
            Exchange(name: .unrouted, kind: .fanout, alternate: nil),
        ],
        queues: Lane.allCases.map { Queue(name: .requests($0)) }
            + [Queue(name: .notifications), Queue(name: .deadLetter), Queue(name: .unrouted)],
        bindings: Lane.allCases.map {
            Binding(exchange: .jobs, queue: .requests($0), pattern: .certificationRequested($0))
        } + [
            Binding(exchange: .events, queue: .notifications, pattern: "job.completed"),
            Binding(exchange: .events, queue: .notifications, pattern: "job.failed"),
            Binding(exchange: .events, queue: .notifications, pattern: "job.cancelled"),
            Binding(exchange: .events, queue: .notifications, pattern: "certificate.drifted"),
            Binding(exchange: .events, queue: .notifications, pattern: "certificate.expiring"),
            Binding(exchange: .events, queue: .notifications, pattern: "certificate.revoked"),
            Binding(exchange: .deadLetter, queue: .deadLetter, pattern: "#"),
            Binding(exchange: .unrouted, queue: .unrouted, pattern: ""),
        ],
        policies: [
            workPolicy(name: "requests", pattern: #"^certification\.requests\."#, timeToLive: .hours(1)),
            workPolicy(name: "notifications", pattern: "^notifications$", timeToLive: .minutes(30)),
            // These queues have no dead-letter exchange, so RabbitMQ 4 would drop a message that was looked at 20 times.
            Policy(
                name: "parked", pattern: "^(dead-letter|unrouted)$", scope: .queues, priority: 10,
                definition: [
                    "overflow": .text("reject-publish"), "max-length": .number(1_000_000),
                    "delivery-limit": .number(1_000_000),
                ]),
            Policy(
                name: "alternate", pattern: #"^certforge\.(jobs|dead-letter)$"#, scope: .exchanges, priority: 10,
                definition: ["alternate-exchange": .text(ExchangeName.unrouted.rawValue)]),
        ],
        roles: [.gateway, .processor, .notifier, .operator, .monitoring])

    /// At-least-once dead lettering needs all of its four keys; without `reject-publish` it silently degrades.
    private static func workPolicy(name: String, pattern: String, timeToLive: TimeToLive) -> Policy {
        Policy(
            name: name, pattern: pattern, scope: .queues, priority: 10,
            definition: [
                "message-ttl": .number(timeToLive.milliseconds),
                "delivery-limit": .number(20),
                "dead-letter-exchange": .text(ExchangeName.deadLetter.rawValue),
                "dead-letter-strategy": .text("at-least-once"),
                "overflow": .text("reject-publish"),
                "max-length": .number(1_000_000),
            ])
    }

    private enum TimeToLive {
        case hours(Int)
        case minutes(Int)

        var milliseconds: Int {
            switch self {
            case .hours(let count): count * 3_600_000
            case .minutes(let count): count * 60_000
            }
        }
    }
}
