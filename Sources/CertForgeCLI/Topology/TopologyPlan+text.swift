import Contracts

extension TopologyPlan {
    /// The plan as people read it: `+` is made, `~` changed, `-` deleted, `!` left to a person, `?` not known, `=` as it
    /// should be.
    func lines(virtualHost: String) -> [String] {
        var lines = steps.flatMap(\.lines)
        lines += conflicts.flatMap { $0.lines(virtualHost: virtualHost) }
        lines += unknown.map(\.line)
        lines.append("= \(unchanged.counted("part")) as wanted")
        return lines
    }

    /// One sentence about the whole.
    var summary: String {
        switch verdict {
        case .inSync: "The broker is as the topology wants it."
        case .drift where steps.isEmpty:
            "Bindings are left over; 'certforge topology apply --prune-bindings' deletes them."
        case .drift: "\(steps.count.counted("change")) to make."
        case .conflict:
            "\(steps.count.counted("change")) to make, \(conflicts.count.counted("conflict")) that only a person can solve."
        }
    }
}

extension TopologyPlan.Step {
    var lines: [String] {
        switch self {
        case .setPolicy(let policy, nil):
            ["+ policy \(policy.name): \(policy.table.text) for \(policy.scope.rawValue) \(policy.pattern)"]
        case .setPolicy(let policy, let actual?):
            ["~ policy \(policy.name)"] + policy.differences(from: actual).map { "    \($0)" }
        case .createExchange(let exchange): ["+ exchange \(exchange.name) (\(exchange.kind.rawValue))"]
        case .createQueue(let queue): ["+ queue \(queue.name) (quorum)"]
        case .createBinding(let binding):
            ["+ binding \(binding.exchange) → \(binding.queue) by '\(binding.pattern)'"]
        case .deleteBinding(let binding): ["- binding \(binding.text)"]
        case .setPermission(let role, nil): ["+ permission \(role.name): \(role.permission.text)"]
        case .setPermission(let role, let actual?):
            ["~ permission \(role.name): \(actual.rights.text) → \(role.permission.text)"]
        case .setTopicPermission(let role, let wanted, nil):
            ["+ routing keys of \(role) at \(wanted.exchange): write \(wanted.write), read \(wanted.read)"]
        case .setTopicPermission(let role, let wanted, let actual?):
            [
                "~ routing keys of \(role) at \(wanted.exchange): write \(actual.write.terminalSafe), "
                    + "read \(actual.read.terminalSafe) → write \(wanted.write), read \(wanted.read)"
            ]
        }
    }
}

extension TopologyPlan.Conflict {
    func lines(virtualHost: String) -> [String] {
        switch self {
        case .exchange(let exchange, let differences):
            ["! exchange \(exchange.name) is another one"] + differences.map { "    \($0)" }
                + ExchangeReplacement(exchange: exchange, virtualHost: virtualHost).lines.map { "    \($0)" }
        case .queue(let queue, let bindings, let differences):
            ["! queue \(queue.name) is another one, and a queue can never be changed"]
                + differences.map { "    \($0)" }
                + QueueMigration(queue: queue, bindings: bindings, virtualHost: virtualHost).lines.map { "    \($0)" }
        case .overridden(let other, let ours, let name):
            [
                "! \(name) obeys policy '\(other.name.terminalSafe)' (priority \(other.priority)) in place of "
                    + "'\(ours.name)' (\(ours.priority))",
                "    Lower its priority below \(ours.priority), narrow its pattern \(other.pattern.terminalSafe), or: "
                    + "rabbitmqctl clear_policy -p \(virtualHost.shellWord) \(other.name.shellWord)",
            ]
        case .limited(let limit, let ours, let queue, let differences):
            ["! \(queue): operator policy '\(limit.name.terminalSafe)' changes what '\(ours.name)' says"]
                + differences.map { "    \($0)" }
                + [
                    "    Agree with the broker's administrator, or: "
                        + "rabbitmqctl clear_operator_policy -p \(virtualHost.shellWord) \(limit.name.shellWord)"
                ]
        case .ineffective(let policy, let queue, let differences):
            ["! \(queue): policy '\(policy.name)' is set, but something else is in effect"]
                + differences.map { "    \($0)" }
                + ["    The broker ignores keys that it does not know and merges operator policies; see its log."]
        case .tags(let role, let actual):
            [
                "! user \(role.name) has the tags [\(actual.joined(separator: ", ").terminalSafe)], should have "
                    + "[\(role.tags.joined(separator: ", "))]",
                "    rabbitmqctl set_user_tags \(role.name) \(role.tags.joined(separator: " "))",
            ]
        }
    }
}

extension TopologyPlan.Unknown {
    var line: String {
        switch self {
        case .exchange(let name): "? exchange \(name.terminalSafe) has a name of ours, but is not in the topology"
        case .queue(let name): "? queue \(name.terminalSafe) has a name of ours, but is not in the topology"
        case .binding(let binding): "? binding \(binding.text) is somebody else's"
        case .staleBinding(let binding):
            "? binding \(binding.text) is no longer used; --prune-bindings deletes it"
        case .topicPermission(let permission):
            "? routing keys of \(permission.user) at \(permission.exchange.terminalSafe) are limited by somebody else"
        case .missingUser(let role):
            "? user \(role.name) does not exist; 'certforge topology users --create' makes it"
        case .invisibleUsers: "? users and permissions: only an administrator may compare them"
        }
    }
}

extension TopologyPlan.Difference: CustomStringConvertible {
    var description: String { "\(key): \(actual ?? "not set") → \(wanted ?? "not set")" }
}

extension BrokerState.Binding {
    var text: String { "\(source) → \(destination) by '\(routing_key)'".terminalSafe }
}

extension BrokerTable {
    var text: String {
        values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}

extension Topology.Role.Permission {
    var text: String { "configure \(configure) write \(write) read \(read)".terminalSafe }
}

extension String {
    /// The text as one word of a shell's command line.
    var shellWord: String {
        let plain = unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "/", ":": true
            default: false
            }
        }
        return plain && !isEmpty ? self : "'\(replacing("'", with: "'\\''"))'"
    }
}
