import Contracts
import Curl

extension ManagementAPI {
    /// Makes one change. Making it again changes nothing, so that a plan that was cut short is simply made anew.
    ///
    /// - Throws: `ManagementFailure`.
    func perform(_ step: TopologyPlan.Step, in virtualHost: String) async throws {
        let host = virtualHost.pathSegment
        let what = "make the change '\(step.lines.first ?? "")'"
        switch step {
        case .setPolicy(let policy, _):
            try await change(.put, "policies/\(host)/\(policy.name.pathSegment)", PolicyBody(policy), what: what)
        case .createExchange(let exchange):
            let body = ExchangeBody(type: exchange.kind.rawValue)
            try await change(.put, "exchanges/\(host)/\(exchange.name.rawValue.pathSegment)", body, what: what)
        case .createQueue(let queue):
            try await change(.put, "queues/\(host)/\(queue.name.rawValue.pathSegment)", QueueBody(), what: what)
        case .createBinding(let binding):
            let ends =
                "e/\(binding.exchange.rawValue.pathSegment)/q/\(binding.queue.rawValue.pathSegment)"
            let body = BindingBody(routing_key: binding.pattern.rawValue)
            try await change(.post, "bindings/\(host)/\(ends)", body, what: what)
        case .deleteBinding(let binding):
            let ends = "e/\(binding.source.pathSegment)/q/\(binding.destination.pathSegment)"
            let path = "bindings/\(host)/\(ends)/\(binding.properties_key.pathSegment)"
            do {
                try await change(.delete, path, what: what)
            } catch let failure as ManagementFailure where failure.kind == .missing {
                // Somebody was faster.
            }
        case .setPermission(let role, _):
            let body = PermissionBody(role.permission)
            try await change(.put, "permissions/\(host)/\(role.name.pathSegment)", body, what: what)
        case .setTopicPermission(let role, let wanted, _):
            let body = TopicPermissionBody(exchange: wanted.exchange.rawValue, write: wanted.write, read: wanted.read)
            try await change(.put, "topic-permissions/\(host)/\(role.pathSegment)", body, what: what)
        }
    }

    /// Makes a user who may do nothing yet.
    func createUser(_ role: Topology.Role, password: String) async throws {
        try await change(
            .put, "users/\(role.name.pathSegment)",
            UserBody(password: password, tags: role.tags.joined(separator: ",")), what: "make the user \(role.name)")
    }
}

private struct PolicyBody: Encodable {
    var pattern: String
    var applyTo: String
    var priority: Int
    var definition: [String: Topology.Policy.Value]

    init(_ policy: Topology.Policy) {
        pattern = policy.pattern
        applyTo = policy.scope.rawValue
        priority = policy.priority
        definition = policy.definition
    }

    enum CodingKeys: String, CodingKey {
        case pattern, priority, definition
        case applyTo = "apply-to"
    }
}

private struct ExchangeBody: Encodable {
    var type: String
    var durable = true
    var auto_delete = false
    var `internal` = false
}

private struct QueueBody: Encodable {
    var durable = true
    var auto_delete = false
    var arguments = ["x-queue-type": "quorum"]
}

private struct BindingBody: Encodable {
    var routing_key: String
}

private struct PermissionBody: Encodable {
    var configure: String
    var write: String
    var read: String

    init(_ permission: Topology.Role.Permission) {
        configure = permission.configure
        write = permission.write
        read = permission.read
    }
}

private struct TopicPermissionBody: Encodable {
    var exchange: String
    var write: String
    var read: String
}

private struct UserBody: Encodable {
    var password: String
    var tags: String
}
