import Contracts

/// How a queue that cannot be changed is replaced without losing a message: the steps, with commands for this queue.
///
/// At every moment each message has a queue to go to. Where two bindings overlap for a moment a message arrives twice, which
/// the inbox suppresses.
struct QueueMigration {
    let queue: Topology.Queue
    let bindings: [Topology.Binding]
    let virtualHost: String

    private var name: String { queue.name.rawValue }
    private var harbour: String { "\(name).moving" }
    private var host: String { virtualHost.pathSegment }
    private var queues: String { "$B/api/queues/\(host)" }

    var lines: [String] {
        [
            "To replace it without losing a message (B=$RABBITMQ_MANAGEMENT_URL; the broker needs the plugin rabbitmq_shovel):",
            "1. Make a queue for the meantime, and route to it in place of the old one:",
            "     curl -fsS -X PUT -H 'content-type: application/json' \(queues)/\(harbour) "
                + #"-d '{"durable":true,"arguments":{"x-queue-type":"quorum"}}'"#,
        ] + bindings.map { "     " + bind(harbour, $0) } + bindings.map { "     " + unbind(name, $0) } + [
            "2. Move what waits. What consumers hold is acknowledged or comes back to the old queue, so repeat until it is empty:",
            "     " + shovel(from: name, to: harbour),
            "   (without the plugin: leave the consumers running until \(name) is empty)",
            "3. Delete the old queue once it is empty, what consumers hold included:",
            "     " + deleteWhenEmpty(name),
            "4. Make the right one, and let the bindings lead to it:",
            "     certforge topology apply",
        ] + bindings.map { "     " + unbind(harbour, $0) } + [
            "5. Move back what came meanwhile, and delete the harbour:",
            "     " + shovel(from: harbour, to: name),
            "     " + deleteWhenEmpty(harbour),
            "Consumers reconnect by themselves. An own virtual host for the new version is the other way.",
        ]
    }

    private func bind(_ target: String, _ binding: Topology.Binding) -> String {
        "curl -fsS -X POST -H 'content-type: application/json' "
            + "$B/api/bindings/\(host)/e/\(binding.exchange)/q/\(target) "
            + #"-d '{"routing_key":"\#(binding.pattern)"}'"#
    }

    private func unbind(_ target: String, _ binding: Topology.Binding) -> String {
        "curl -fsS -X DELETE $B/api/bindings/\(host)/e/\(binding.exchange)/q/\(target)/"
            + binding.pattern.propertiesKey
    }

    /// The broker deletes a quorum queue whatever it holds, and does not know `if-empty` for it.
    private func deleteWhenEmpty(_ queue: String) -> String {
        "until curl -fsS \(queues)/\(queue) | grep -q '\"messages\":0[,}]'; do sleep 1; done; "
            + "curl -fsS -X DELETE \(queues)/\(queue)"
    }

    private func shovel(from source: String, to target: String) -> String {
        "rabbitmqctl set_parameter -p \(virtualHost.shellWord) shovel move-\(source) "
            + #"'{"src-protocol":"amqp091","src-uri":"amqp:///\#(host)","src-queue":"\#(source)","#
            + #""dest-protocol":"amqp091","dest-uri":"amqp:///\#(host)","dest-queue":"\#(target)","#
            + #""ack-mode":"on-confirm","src-delete-after":"queue-length"}'"#
    }
}

extension RoutingKey {
    /// A binding's name in the management API when it has no arguments: its key, `~` for an empty one. RabbitMQ escapes
    /// twice what is no letter, digit, `.`, `-` or `_`.
    fileprivate var propertiesKey: String { rawValue.isEmpty ? "~" : rawValue.pathSegment.pathSegment }
}

/// How an exchange of another kind is replaced. It holds no messages, but while it is away publishers' messages wait in
/// their outboxes.
struct ExchangeReplacement {
    let exchange: Topology.Exchange
    let virtualHost: String

    var lines: [String] {
        [
            "To replace it (publishers' messages wait in the outbox meanwhile; other people's bindings to it are lost):",
            "     curl -fsS -X DELETE $RABBITMQ_MANAGEMENT_URL/api/exchanges/\(virtualHost.pathSegment)/\(exchange.name)",
            "     certforge topology apply",
        ]
    }
}
