import Contracts
import Foundation
import Testing

@Suite("The broker's topology")
struct TopologyTests {
    @Test("deploy/rabbitmq/definitions.json is what `certforge topology export` writes")
    func exportedDefinitions() throws {
        let exported = try Topology.certForge.definitions(virtualHost: "certforge")
        let committed = try RepositoryFile.data("deploy/rabbitmq/definitions.json")
        #expect(String(decoding: exported, as: UTF8.self) == String(decoding: committed, as: UTF8.self))
    }

    @Test("deploy/rabbitmq/permissions.json is what `certforge topology export --permissions` writes")
    func exportedPermissions() throws {
        let exported = try Topology.certForge.permissions(virtualHost: "certforge")
        let committed = try RepositoryFile.data("deploy/rabbitmq/permissions.json")
        #expect(String(decoding: exported, as: UTF8.self) == String(decoding: committed, as: UTF8.self))
    }

    @Test("No service may declare anything or publish past the exchanges; each reads what it consumes only")
    func leastPrivilege() throws {
        let queues = Topology.certForge.queues.map(\.name.rawValue)
        let readable: [(Topology.Role, [String])] = [
            (.gateway, ["dead-letter"]), (.processor, Lane.allCases.map { QueueName.requests($0).rawValue }),
            (.notifier, ["notifications"]), (.monitoring, []),
        ]
        for (role, wanted) in readable {
            let read = try Regex(role.permission.read)
            let write = try Regex(role.permission.write)
            #expect(role.permission.configure == "^$")
            #expect(queues.filter { $0.contains(read) } == wanted, "\(role.name)")
            // The default exchange, which leads to every queue, is called amq.default where permissions are asked for.
            #expect(
                !["amq.default", "amq.topic", "certforge.unrouted", "xcertforge.jobs"].contains { $0.contains(write) })
            #expect(!queues.contains { $0.contains(write) })
        }
    }

    @Test("The operator may declare everything in the topology, and nothing else")
    func operatorRole() throws {
        let topology = Topology.certForge
        let configure = try Regex(Topology.Role.operator.permission.configure)
        for name in topology.exchanges.map(\.name.rawValue) + topology.queues.map(\.name.rawValue) {
            #expect(name.contains(configure), "\(name)")
        }
        #expect(!["amq.default", "certification.requests.urgent", "somebody.else"].contains { $0.contains(configure) })
    }

    @Test("Every message that must reach a queue has a binding that takes it")
    func mandatoryMessagesAreRouted() {
        let keys =
            Lane.allCases.map { (ExchangeName.jobs, RoutingKey.certificationRequested($0)) }
            + (JobFinished.typeNames + CertificateDrifted.typeNames + CertificateExpiring.typeNames)
            .map { (ExchangeName.events, RoutingKey($0)) }
            + [(ExchangeName.deadLetter, RoutingKey("any.key.at.all"))]
        for (exchange, key) in keys {
            let queues = Topology.certForge.bindings.filter { $0.exchange == exchange && $0.pattern.matches(key) }
            #expect(queues.count == 1, "\(exchange) \(key)")
        }
    }

    @Test("Bindings and policies name only exchanges and queues that are declared")
    func references() throws {
        let topology = Topology.certForge
        let exchanges = Set(topology.exchanges.map(\.name))
        let queues = Set(topology.queues.map(\.name))
        for binding in topology.bindings {
            #expect(exchanges.contains(binding.exchange))
            #expect(queues.contains(binding.queue))
        }
        for policy in topology.policies {
            let names = policy.scope == .queues ? queues.map(\.rawValue) : exchanges.map(\.rawValue)
            let pattern = try Regex(policy.pattern)
            #expect(names.contains { $0.contains(pattern) }, "\(policy.name) matches nothing")
            for key in ["dead-letter-exchange", "alternate-exchange"] {
                if case .text(let name) = policy.definition[key] { #expect(exchanges.contains(ExchangeName(name))) }
            }
        }
    }

    @Test("The alternate exchange that an exchange declares is the one that the policies set")
    func alternates() throws {
        for exchange in Topology.certForge.exchanges {
            let policies = try Topology.certForge.policies.filter { policy in
                let pattern = try Regex(policy.pattern)
                return policy.scope == .exchanges && exchange.name.rawValue.contains(pattern)
            }
            let set = policies.compactMap { $0.definition["alternate-exchange"] }
            #expect(set == (exchange.alternate.map { [.text($0.rawValue)] } ?? []))
        }
    }

    @Test("Queues with at-least-once dead lettering have all of the keys without which it silently degrades")
    func atLeastOnce() {
        for policy in Topology.certForge.policies where policy.definition["dead-letter-strategy"] != nil {
            #expect(policy.definition["overflow"] == .text("reject-publish"))
            #expect(policy.definition["dead-letter-exchange"] != nil)
            #expect(policy.definition["max-length"] != nil)
        }
    }

    @Test(
        "A topic pattern matches word by word",
        arguments: [
            ("a.b", "a.b", true), ("a.b", "a.c", false), ("a.*", "a.b", true), ("a.*", "a", false),
            ("a.*", "a.b.c", false), ("#", "", true), ("#", "a.b.c", true), ("a.#", "a", true),
            ("a.#.c", "a.b.b.c", true),
            ("a.#.c", "a.b", false), ("*.*", "a.b", true), ("", "", true), ("", "a", false),
        ])
    func patterns(pattern: String, key: String, matches: Bool) {
        #expect(RoutingKey(pattern).matches(RoutingKey(key)) == matches)
    }
}
