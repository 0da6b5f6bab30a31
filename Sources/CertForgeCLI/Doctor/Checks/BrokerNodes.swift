/// A node of the broker as the management API tells it.
struct BrokerNode: Decodable, Sendable, Hashable {
    var name: String
    var running: Bool?
    var mem_alarm: Bool?
    var disk_free_alarm: Bool?
    /// Bytes.
    var mem_limit: Int?
    var disk_free_limit: Int?
}

extension Surroundings {
    func nodes() async throws -> [BrokerNode] {
        try await brokerTarget().management.get("nodes", what: "list the nodes")
    }
}

extension Check {
    static let brokerAlarms = Check("broker alarms") { judge(alarmsOf: try await $0.nodes()) }

    static func judge(alarmsOf nodes: [BrokerNode]) -> [Finding] {
        nodes.flatMap { node -> [Finding] in
            let name = node.name.terminalSafe
            let alarms = [(node.mem_alarm, "memory"), (node.disk_free_alarm, "disk space")]
                .filter { $0.0 == true }.map(\.1)
            var findings = alarms.map { resource in
                Finding.error(
                    "\(name) is short of \(resource).",
                    why: "Publishing is blocked in the whole cluster: messages wait in the outbox.",
                    cure:
                        "Give it \(resource), or find what fills it: rabbitmqctl list_queues -p certforge name messages memory"
                )
            }
            if node.running == false {
                findings.append(
                    .error(
                        "\(name) does not run.", why: "Quorum queues need the majority of their nodes.",
                        cure: "Start it, and look at its log."))
            }
            return findings
        }
    }

    static let diskLimit = Check("disk limit") { judge(diskLimitOf: try await $0.nodes()) }

    static func judge(diskLimitOf nodes: [BrokerNode]) -> [Finding] {
        nodes.compactMap { node in
            guard let limit = node.disk_free_limit, let memory = node.mem_limit, limit < memory else { return nil }
            return .warning(
                "\(node.name.terminalSafe) raises its disk alarm only at \(limit / 1_000_000) MB free.",
                why:
                    "That is less than it may hold in memory and have to write; the default of 50 MB is for development. A "
                    + "full disk stops the node.",
                cure: "In rabbitmq.conf: disk_free_limit.relative = 1.0")
        }
    }
}
