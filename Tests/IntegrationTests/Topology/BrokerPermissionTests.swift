import Contracts
import Foundation
import Testing

@testable import AMQP
@testable import CertForgeCLI

@Suite("What the services' users may do at the broker", .timeLimit(.minutes(2)))
struct BrokerPermissionTests {
    /// Lends a way to act as each user in a virtual host with topology and permissions.
    private func withTopology(_ body: (Actor) async throws -> Void) async throws {
        try await VirtualHostScratch.run { target in
            let planning = TopologyPlanning(target)
            try await planning.apply(try await planning.plan()) { _ in }
            try await body(Actor(virtualHost: target.virtualHost))
        }
    }

    /// Does one thing as one user and tells whether the broker let it.
    private struct Actor {
        let virtualHost: String

        func may(_ role: Topology.Role, _ action: (AMQPChannel) async throws -> Void) async throws -> Bool {
            var url = try #require(URLComponents(string: try AMQPTestBroker.url()))
            // The local servers' users have their names as passwords.
            url.user = role.name
            url.password = role.name
            url.path = "/\(virtualHost)"
            let configuration = try AMQPConfiguration(url: try #require(url.string))
            return try await AMQPTestBroker.withConnection(configuration) { connection in
                let channel = try await connection.openChannel()
                try await channel.selectConfirms()
                do {
                    try await action(channel)
                    return true
                } catch let error as AMQPError where error.code == .accessRefused {
                    return false
                }
            }
        }

        func mayPublish(_ role: Topology.Role, to exchange: String, key: String) async throws -> Bool {
            try await may(role) { channel in
                var properties = AMQPProperties()
                properties.deliveryMode = .persistent
                _ = try await channel.publish(
                    AMQPPublication(
                        AMQPMessage(body: Data("{}".utf8), properties: properties), exchange: exchange, routingKey: key)
                )
            }
        }

        func mayConsume(_ role: Topology.Role, _ queue: QueueName) async throws -> Bool {
            try await may(role) { _ = try await $0.consume(queue: queue.rawValue, prefetch: 1) }
        }

        func mayDeclare(_ role: Topology.Role, _ queue: String) async throws -> Bool {
            try await may(role) {
                _ = try await $0.declareQueue(AMQPQueueDeclaration(name: queue, arguments: ["x-queue-type": "quorum"]))
            }
        }
    }

    private static let services: [Topology.Role] = [.gateway, .processor, .notifier]

    @Test("Each service reads the queues that it consumes and no others")
    func reading() async throws {
        try await withTopology { actor in
            let queues = Topology.certForge.queues.map(\.name)
            let lanes = Lane.allCases.map { QueueName.requests($0) }
            for (role, own) in [
                (Topology.Role.gateway, [.deadLetter]), (.processor, lanes), (.notifier, [.notifications]),
            ] {
                for queue in queues {
                    let may = try await actor.mayConsume(role, queue)
                    #expect(may == own.contains(queue), "\(role.name) \(queue)")
                }
            }
        }
    }

    @Test("Each service publishes what its outbox holds, and none past the exchanges")
    func publishing() async throws {
        try await withTopology { actor in
            for role in Self.services {
                let toEvents = try await actor.mayPublish(role, to: "certforge.events", key: "job.completed")
                let toLetters = try await actor.mayPublish(role, to: "certforge.dead-letter", key: "any.key at all")
                let toQueue = try await actor.mayPublish(role, to: "", key: "notifications")
                let toUnrouted = try await actor.mayPublish(role, to: "certforge.unrouted", key: "")
                let toJobs = try await actor.mayPublish(role, to: "certforge.jobs", key: "certification.requested.high")
                #expect(toEvents && toLetters && !toQueue && !toUnrouted, "\(role.name)")
                #expect(toJobs == (role != .notifier), "\(role.name)")
            }
            let forged = try await actor.mayPublish(.notifier, to: "certforge.events", key: "certification.completed")
            #expect(!forged)
        }
    }

    @Test("No service declares, deletes or binds; the operator does, within the topology")
    func declaring() async throws {
        try await withTopology { actor in
            for role in Self.services + [.monitoring] {
                for queue in ["notifications", "mine"] {
                    let may = try await actor.mayDeclare(role, queue)
                    #expect(!may, "\(role.name) \(queue)")
                }
                let mayDelete = try await actor.may(role) { _ = try await $0.deleteQueue("notifications") }
                let mayBind = try await actor.may(role) {
                    try await $0.bindQueue("notifications", to: "certforge.events", routingKey: "#")
                }
                #expect(!mayDelete && !mayBind, "\(role.name)")
            }
            let operatorMay = try await actor.mayDeclare(.operator, "notifications")
            let operatorMayMore = try await actor.mayDeclare(.operator, "mine")
            #expect(operatorMay && !operatorMayMore)
        }
    }

    @Test("The operator plans and applies the topology; monitoring sees depths and nothing else")
    func management() async throws {
        try await VirtualHostScratch.run { target in
            let host = target.virtualHost
            let administrator = TopologyPlanning(target)
            var permissions = try await administrator.plan()
            permissions.steps.removeAll { !$0.isAboutAccess }
            try await administrator.apply(permissions) { _ in }

            let planning = TopologyPlanning(try self.target(as: .operator, host))
            try await planning.apply(try await planning.plan()) { _ in }
            let after = try await planning.plan()
            #expect(after.verdict == .inSync)
            #expect(after.unknown == [.invisibleUsers])

            let monitoring = try self.target(as: .monitoring, host).management
            let queue: BrokerState.Queue = try await monitoring.get("queues/\(host)/notifications", what: "see a queue")
            #expect(queue.name == "notifications")
            let nodes: [BrokerNode]? = try await monitoring.getIfAllowed("nodes", what: "list the nodes")
            #expect(nodes == nil)
        }
    }

    private func target(as role: Topology.Role, _ virtualHost: String) throws -> BrokerTarget {
        var url = try #require(URLComponents(string: try VirtualHostScratch.managementURL()))
        url.user = role.name
        url.password = role.name
        return try BrokerTarget(
            VirtualHostScratch.settings(
                virtualHost: virtualHost, ["RABBITMQ_MANAGEMENT_URL": try #require(url.string)]))
    }
}
