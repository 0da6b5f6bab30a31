import Contracts

/// What a virtual host holds, as the management API tells it.
struct BrokerState: Sendable, Hashable {
    var virtualHost: String
    var exchanges: [Exchange]
    var queues: [Queue]
    var bindings: [Binding]
    var policies: [Policy]
    /// Nil when the user may not see them.
    var operatorPolicies: [Policy]?
    /// Nil when the user may not see them, which only an administrator may.
    var access: Access?

    struct Exchange: Sendable, Hashable, Decodable {
        var name: String
        var type: String
        var durable: Bool
        var auto_delete: Bool
        var `internal`: Bool
        var arguments: BrokerTable
    }

    struct Queue: Sendable, Hashable, Decodable {
        var name: String
        /// Always told since 3.8.
        var type: String?
        var durable: Bool
        var auto_delete: Bool
        var exclusive: Bool?
        var arguments: BrokerTable
        /// The following come with the queue's statistics, up to about five seconds late; absent until then.
        var policy: String?
        var effective_policy_definition: BrokerTable?
        var messages: Int?
        var consumers: Int?

        var kind: String {
            if let type { return type }
            guard case .text(let type) = arguments["x-queue-type"] else { return "classic" }
            return type
        }
    }

    struct Binding: Sendable, Hashable, Decodable {
        var source: String
        var destination: String
        var destination_type: String
        var routing_key: String
        var arguments: BrokerTable
        var properties_key: String
    }

    struct Policy: Sendable, Hashable, Decodable {
        var name: String
        var pattern: String
        var applyTo: String
        var priority: Int
        var definition: BrokerTable

        enum CodingKeys: String, CodingKey {
            case name, pattern, priority, definition
            case applyTo = "apply-to"
        }
    }

    struct Access: Sendable, Hashable {
        var users: [User]
        var permissions: [Permission]
        var topicPermissions: [TopicPermission]
    }

    struct User: Sendable, Hashable, Decodable {
        var name: String
        var tags: [String]
    }

    struct Permission: Sendable, Hashable, Decodable {
        var user: String
        var vhost: String
        var configure: String
        var write: String
        var read: String
    }

    struct TopicPermission: Sendable, Hashable, Decodable {
        var user: String
        var vhost: String
        var exchange: String
        var write: String
        var read: String
    }
}
