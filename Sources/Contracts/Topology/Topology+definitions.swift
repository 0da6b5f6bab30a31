package import Foundation

extension Topology {
    /// The topology as RabbitMQ's `definitions.json` for one virtual host, without users: what
    /// `deploy/rabbitmq/definitions.json` holds and `load_definitions` reads.
    package func definitions(virtualHost: String) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(Definitions(self, virtualHost: virtualHost)) + Data("\n".utf8)
    }
}

private struct Definitions: Encodable {
    struct VirtualHost: Encodable { var name: String }

    struct Exchange: Encodable {
        var name: String
        var vhost: String
        var type: String
        var durable = true
        var auto_delete = false
        var `internal` = false
        var arguments: [String: String] = [:]
    }

    struct Queue: Encodable {
        var name: String
        var vhost: String
        var durable = true
        var auto_delete = false
        var arguments = ["x-queue-type": "quorum"]
    }

    struct Binding: Encodable {
        var source: String
        var vhost: String
        var destination: String
        var destination_type = "queue"
        var routing_key: String
        var arguments: [String: String] = [:]
    }

    struct Policy: Encodable {
        var vhost: String
        var name: String
        var pattern: String
        var applyTo: String
        var priority: Int
        var definition: [String: Topology.Policy.Value]

        enum CodingKeys: String, CodingKey {
            case vhost, name, pattern, priority, definition
            case applyTo = "apply-to"
        }
    }

    var vhosts: [VirtualHost]
    var exchanges: [Exchange]
    var queues: [Queue]
    var bindings: [Binding]
    var policies: [Policy]

    init(_ topology: Topology, virtualHost: String) {
        vhosts = [VirtualHost(name: virtualHost)]
        exchanges = topology.exchanges.map {
            Exchange(name: $0.name.rawValue, vhost: virtualHost, type: $0.kind.rawValue)
        }
        queues = topology.queues.map { Queue(name: $0.name.rawValue, vhost: virtualHost) }
        bindings = topology.bindings.map {
            Binding(
                source: $0.exchange.rawValue, vhost: virtualHost, destination: $0.queue.rawValue,
                routing_key: $0.pattern.rawValue)
        }
        policies = topology.policies.map {
            Policy(
                vhost: virtualHost, name: $0.name, pattern: $0.pattern, applyTo: $0.scope.rawValue,
                priority: $0.priority, definition: $0.definition)
        }
    }
}

extension Topology.Policy.Value: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        }
    }
}
