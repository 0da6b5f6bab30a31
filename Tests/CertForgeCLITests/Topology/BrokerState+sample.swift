import Contracts

@testable import CertForgeCLI

extension BrokerState {
    /// A virtual host that holds just what a topology wants.
    init(holding topology: Topology) {
        self.init(
            virtualHost: "certforge",
            exchanges: topology.exchanges.map {
                Exchange(
                    name: $0.name.rawValue, type: $0.kind.rawValue, durable: true, auto_delete: false, internal: false,
                    arguments: BrokerTable())
            },
            queues: topology.queues.map {
                Queue(
                    name: $0.name.rawValue, type: "quorum", durable: true, auto_delete: false, exclusive: false,
                    arguments: BrokerTable(["x-queue-type": .text("quorum")]))
            },
            bindings: topology.bindings.map {
                Binding(
                    source: $0.exchange.rawValue, destination: $0.queue.rawValue, destination_type: "queue",
                    routing_key: $0.pattern.rawValue, arguments: BrokerTable(), properties_key: $0.pattern.rawValue)
            },
            policies: topology.policies.map {
                Policy(
                    name: $0.name, pattern: $0.pattern, applyTo: $0.scope.rawValue, priority: $0.priority,
                    definition: $0.table)
            },
            operatorPolicies: [],
            access: Access(
                users: topology.roles.map { User(name: $0.name, tags: $0.tags) },
                permissions: topology.roles.map {
                    Permission(
                        user: $0.name, vhost: "certforge", configure: $0.permission.configure,
                        write: $0.permission.write, read: $0.permission.read)
                },
                topicPermissions: topology.roles.flatMap { role in
                    role.topicPermissions.map {
                        TopicPermission(
                            user: role.name, vhost: "certforge", exchange: $0.exchange.rawValue, write: $0.write,
                            read: $0.read)
                    }
                }))
    }

    static let inSync = BrokerState(holding: .certForge)

    /// Nothing at all, as a new virtual host.
    static let empty = BrokerState(
        virtualHost: "certforge", exchanges: [], queues: [], bindings: [], policies: [], operatorPolicies: [],
        access: Access(users: [], permissions: [], topicPermissions: []))

    /// The same with a change.
    func changed(_ change: (inout BrokerState) -> Void) -> BrokerState {
        var copy = self
        change(&copy)
        return copy
    }

    mutating func change(queue name: QueueName, _ change: (inout Queue) -> Void) {
        for index in queues.indices where queues[index].name == name.rawValue { change(&queues[index]) }
    }
}
