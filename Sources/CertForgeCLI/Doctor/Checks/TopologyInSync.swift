import Contracts

extension Check {
    /// The same as `certforge topology check`.
    static let topology = Check("topology") { surroundings in
        let target = try surroundings.brokerTarget()
        do {
            // Not waiting for late statistics: what is in effect is the check 'dead lettering's.
            return judge(TopologyPlan(.certForge, against: try await target.management.state(of: target.virtualHost)))
        } catch let failure as ManagementFailure where failure.kind == .noVirtualHost {
            return [
                .error(
                    failure.description, why: "Services cannot connect to it.",
                    cure: "rabbitmqctl add_vhost \(target.virtualHost.shellWord) && certforge topology apply")
            ]
        }
    }

    static func judge(_ plan: TopologyPlan) -> [Finding] {
        let missing = plan.steps.count { $0.isMissingPart }
        let other = plan.steps.count - missing
        let conflicts = plan.conflicts.filter { if case .ineffective = $0 { false } else { true } }
        var findings: [Finding] = []
        if missing > 0 {
            findings.append(
                .error(
                    "\(missing.counted("part")) of the topology \(missing == 1 ? "is" : "are") missing: "
                        + plan.steps.filter(\.isMissingPart).prefix(3).compactMap(\.lines.first).joined(separator: "; "),
                    why: "Messages are not routed, or have no limits and no dead lettering.",
                    cure: "certforge topology apply"))
        }
        if other > 0 {
            findings.append(
                .warning(
                    "\(other.counted("part")) of the topology \(other == 1 ? "has" : "have") drifted.",
                    why: "The broker does not do what the services count on.",
                    cure: "certforge topology plan, then certforge topology apply"))
        }
        if !conflicts.isEmpty {
            findings.append(
                .error(
                    "\(conflicts.count.counted("conflict")) with the topology: "
                        + conflicts.prefix(3).compactMap { $0.lines(virtualHost: "").first }.joined(separator: "; "),
                    why: "Only a person can solve them.", cure: "certforge topology plan explains each"))
        }
        if plan.hasStaleBindings {
            findings.append(
                .warning(
                    "Bindings are left over.", why: "Messages that nobody asks for any more fill queues.",
                    cure: "certforge topology apply --prune-bindings"))
        }
        return findings
    }
}

extension TopologyPlan.Step {
    /// Something that is not there at all, without which messages are lost or stay.
    var isMissingPart: Bool {
        switch self {
        case .setPolicy(_, nil), .createExchange, .createQueue, .createBinding: true
        case .setPolicy, .deleteBinding, .setPermission, .setTopicPermission: false
        }
    }
}
