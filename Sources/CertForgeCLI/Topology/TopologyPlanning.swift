import Contracts

/// Makes plans from what the broker says, and carries them out.
struct TopologyPlanning: Sendable {
    let management: ManagementAPI
    let virtualHost: String
    var topology = Topology.certForge

    init(_ target: BrokerTarget) {
        management = target.management
        virtualHost = target.virtualHost
    }

    /// Asks again for a few seconds while the only trouble may be that the broker's statistics are late.
    func plan(pruning: Bool = false) async throws -> TopologyPlan {
        let deadline = ContinuousClock.now + .seconds(7)
        while true {
            let plan = TopologyPlan(topology, against: try await management.state(of: virtualHost), pruning: pruning)
            guard plan.mayBeLate, ContinuousClock.now < deadline else { return plan }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// Makes the plan's changes one by one and tells of each. It may be broken off and begun again at any point.
    func apply(_ plan: TopologyPlan, tell: (String) -> Void) async throws {
        for step in plan.steps {
            try await management.perform(step, in: virtualHost)
            tell("done: \(step.lines.first ?? "")")
        }
    }
}
