import Contracts
import Curl
import Foundation
import Testing

@testable import CertForgeCLI

@Suite("Applying the topology", .timeLimit(.minutes(2)))
struct TopologyApplyTests {
    @Test("What was cut short is finished by the next, and what is in sync is left alone")
    func resuming() async throws {
        try await VirtualHostScratch.run { target in
            let planning = TopologyPlanning(target)
            var begun = try await planning.plan()
            begun.steps.removeLast(begun.steps.count - 9)
            try await planning.apply(begun) { _ in }
            var told: [String] = []
            try await planning.apply(try await planning.plan()) { told.append($0) }
            #expect(!told.isEmpty)
            // Waits until the queues' statistics tell what is in effect.
            let after = try await planning.plan()
            #expect(after.steps.isEmpty)
            #expect(after.conflicts.isEmpty)
            #expect(after.verdict == .inSync)
        }
    }

    @Test("What drifted is put right, left-over bindings when that is asked for")
    func drift() async throws {
        try await VirtualHostScratch.run { target in
            let planning = TopologyPlanning(target)
            try await planning.apply(try await planning.plan()) { _ in }
            let host = target.virtualHost
            try await target.management.change(
                .put, "policies/\(host)/requests",
                DriftedPolicy(pattern: "^certification", priority: 3, definition: ["delivery-limit": 5]), what: "drift")
            try await target.management.change(
                .post, "bindings/\(host)/e/certforge.events/q/notifications", ["routing_key": "job.# / ö"],
                what: "drift")
            try await planning.apply(try await planning.plan()) { _ in }
            let left = try await planning.plan()
            #expect(left.steps.isEmpty && left.hasStaleBindings)
            try await planning.apply(try await planning.plan(pruning: true)) { _ in }
            #expect(try await planning.plan().verdict == .inSync)
        }
    }

    @Test("A queue of another type keeps what it holds, all else is made, and the commands that are shown replace it")
    func migration() async throws {
        try await VirtualHostScratch.run { target in
            let host = target.virtualHost
            try await target.management.change(
                .put, "queues/\(host)/notifications", ClassicQueue(), what: "make a classic queue")
            let planning = TopologyPlanning(target)
            let plan = try await planning.plan()
            #expect(plan.verdict == .conflict)
            try await planning.apply(plan) { _ in }
            let after = try await planning.plan()
            #expect(after.steps.isEmpty)
            guard case .queue(let queue, let bindings, _) = try #require(after.conflicts.first) else {
                Issue.record("the queue is no conflict")
                return
            }
            let migration = QueueMigration(queue: queue, bindings: bindings, virtualHost: host)
            for line in migration.lines.map({ $0.trimmingCharacters(in: .whitespaces) }) {
                // Shovels need a plugin that this broker does not have; there is nothing to move here.
                if line.hasPrefix("curl ") || line.hasPrefix("until ") { try await shell(line) }
                if line == "certforge topology apply" { try await planning.apply(try await planning.plan()) { _ in } }
            }
            let end = try await planning.plan()
            #expect(end.verdict == .inSync)
            #expect(end.unknown.allSatisfy { if case .binding = $0 { false } else { true } })
            let queues: [BrokerState.Queue] = try await target.management.get("queues/\(host)", what: "list")
            #expect(!queues.contains { $0.name == "notifications.moving" })
        }
    }

    @Test("A virtual host that is not there, a wrong password and a closed port are told apart")
    func failures() async throws {
        let missing = try BrokerTarget(VirtualHostScratch.settings(virtualHost: "none-such"))
        await expect(.noVirtualHost) { _ = try await TopologyPlanning(missing).plan() }
        var parts = try #require(URLComponents(string: try VirtualHostScratch.managementURL()))
        parts.password = "wrong"
        let stranger = try BrokerTarget(
            VirtualHostScratch.settings(
                virtualHost: "certforge", ["RABBITMQ_MANAGEMENT_URL": try #require(parts.string)]))
        await expect(.login) { _ = try await TopologyPlanning(stranger).plan() }
        parts.port = 1
        let nobody = try BrokerTarget(
            VirtualHostScratch.settings(
                virtualHost: "certforge", ["RABBITMQ_MANAGEMENT_URL": try #require(parts.string)]))
        await expect(.unreachable) { _ = try await TopologyPlanning(nobody).plan() }
    }

    private func expect(_ kind: ManagementFailure.Kind, _ body: () async throws -> Void) async {
        let failure = await #expect(throws: ManagementFailure.self) { try await body() }
        #expect(failure?.kind == kind)
    }

    private func shell(_ line: String) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", line]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["B": try VirtualHostScratch.managementURL()]) { $1 }
        let (endings, continuation) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { continuation.yield($0.terminationStatus) }
        try process.run()
        for await status in endings {
            #expect(status == 0, "\(line)")
            return
        }
    }

    private struct DriftedPolicy: Encodable {
        var pattern: String
        var priority: Int
        var definition: [String: Int]
    }

    private struct ClassicQueue: Encodable {
        var durable = true
        var arguments = ["x-queue-type": "classic"]
    }
}
