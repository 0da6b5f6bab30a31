package import Foundation

extension Topology {
    /// The roles as RabbitMQ's definitions spell users, permissions and topic permissions, for one virtual host: what
    /// `deploy/rabbitmq/permissions.json` holds.
    ///
    /// No user has a password here: whoever loads the file adds the hashes, and no hash belongs into the repository.
    package func permissions(virtualHost: String) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(PermissionDefinitions(roles, virtualHost: virtualHost)) + Data("\n".utf8)
    }
}

private struct PermissionDefinitions: Encodable {
    struct User: Encodable {
        var name: String
        var tags: [String]
    }

    struct Permission: Encodable {
        var user: String
        var vhost: String
        var configure: String
        var write: String
        var read: String
    }

    struct TopicPermission: Encodable {
        var user: String
        var vhost: String
        var exchange: String
        var write: String
        var read: String
    }

    var users: [User]
    var permissions: [Permission]
    var topic_permissions: [TopicPermission]

    init(_ roles: [Topology.Role], virtualHost: String) {
        users = roles.map { User(name: $0.name, tags: $0.tags) }
        permissions = roles.map {
            Permission(
                user: $0.name, vhost: virtualHost, configure: $0.permission.configure, write: $0.permission.write,
                read: $0.permission.read)
        }
        topic_permissions = roles.flatMap { role in
            role.topicPermissions.map {
                TopicPermission(
                    user: role.name, vhost: virtualHost, exchange: $0.exchange.rawValue, write: $0.write,
                    read: $0.read)
            }
        }
    }
}
