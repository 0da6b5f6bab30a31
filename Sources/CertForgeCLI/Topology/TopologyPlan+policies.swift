import Contracts

extension TopologyPlan {
    /// Policies come first, so that no queue is ever without its limits.
    mutating func comparePolicies(of topology: Topology, with state: BrokerState) {
        for policy in topology.policies {
            let actual = state.policies.first { $0.name == policy.name }
            if let actual, policy.isSame(as: actual) {
                unchanged += 1
            } else {
                steps.append(.setPolicy(policy, instead: actual))
            }
        }
    }

    /// What counts is what is in effect: of all policies that match a name only one applies, and operator policies are
    /// merged into it.
    mutating func compareEffects(of topology: Topology, with state: BrokerState) {
        let names = Set(topology.policies.map(\.name))
        let foreign = state.policies.filter { !names.contains($0.name) }
        for policy in topology.policies {
            for subject in policy.subjects(in: topology) {
                // Which of two policies of one priority applies is not defined.
                if let other = foreign.filter({ $0.applies(to: subject, policy.scope) })
                    .filter({ $0.priority >= policy.priority }).max(by: { $0.priority < $1.priority })
                {
                    conflicts.append(.overridden(by: other, ours: policy, name: subject))
                } else if policy.scope == .queues {
                    compareEffect(of: policy, on: subject, with: state)
                }
            }
        }
    }

    private mutating func compareEffect(of policy: Topology.Policy, on queue: String, with state: BrokerState) {
        let limits = (state.operatorPolicies ?? []).filter { $0.applies(to: queue, .queues) }
        if let limit = limits.max(by: { $0.priority < $1.priority }) {
            let differences = policy.differences(underOperator: limit.definition)
            if !differences.isEmpty {
                conflicts.append(.limited(by: limit, ours: policy, queue: queue, differences: differences))
                return
            }
        }
        guard let actual = state.queues.first(where: { $0.name == queue }), actual.policy == policy.name,
            let effective = actual.effective_policy_definition,
            !steps.contains(where: { $0.changesPolicy(named: policy.name) })
        else { return }
        let differences = policy.definition.sorted { $0.key < $1.key }
            .map { ($0.key, effective[$0.key], BrokerValue($0.value)) }
            .filter { $0.1 != $0.2 }
            .map { Difference(key: $0.0, actual: $0.1.map { "\($0)" }, wanted: "\($0.2)") }
        if !differences.isEmpty { conflicts.append(.ineffective(policy, queue: queue, differences: differences)) }
    }
}

extension TopologyPlan.Step {
    func changesPolicy(named name: String) -> Bool {
        if case .setPolicy(let policy, _) = self { policy.name == name } else { false }
    }
}

extension Topology.Policy {
    var table: BrokerTable { BrokerTable(definition.mapValues { BrokerValue($0) }) }

    func isSame(as actual: BrokerState.Policy) -> Bool {
        actual.pattern == pattern && actual.applyTo == scope.rawValue && actual.priority == priority
            && actual.definition == table
    }

    /// From what to what the policy changes, sorted by key.
    func differences(from actual: BrokerState.Policy) -> [TopologyPlan.Difference] {
        let plain: [(String, String, String)] = [
            ("pattern", actual.pattern, pattern), ("apply-to", actual.applyTo, scope.rawValue),
            ("priority", "\(actual.priority)", "\(priority)"),
        ]
        let wanted = table.values
        let keys = Set(wanted.keys).union(actual.definition.values.keys).sorted()
        return TopologyPlan.differences(plain)
            + keys.filter { actual.definition[$0] != wanted[$0] }.map { key in
                TopologyPlan.Difference(
                    key: key.terminalSafe, actual: actual.definition[key].map { "\($0)" },
                    wanted: wanted[key].map { "\($0)" })
            }
    }

    /// An operator policy wins with the smaller number, and with its own text.
    func differences(underOperator limit: BrokerTable) -> [TopologyPlan.Difference] {
        definition.sorted { $0.key < $1.key }.compactMap { key, value in
            let wanted = BrokerValue(value)
            switch (limit[key], wanted) {
            case (.number(let most), .number(let number)) where most >= number: return nil
            case (let set?, _) where set != wanted:
                return TopologyPlan.Difference(key: key, actual: "\(set)", wanted: "\(wanted)")
            default: return nil
            }
        }
    }

    /// The names in the topology that the policy is for.
    func subjects(in topology: Topology) -> [String] {
        let names =
            scope == .queues ? topology.queues.map(\.name.rawValue) : topology.exchanges.map(\.name.rawValue)
        return names.filter { NamePattern(pattern).matches($0) }
    }
}

extension BrokerState.Policy {
    func applies(to name: String, _ scope: Topology.Policy.Scope) -> Bool {
        let scopes: Set<String> =
            scope == .queues ? ["queues", "all", "quorum_queues"] : ["exchanges", "all"]
        return scopes.contains(applyTo) && NamePattern(pattern).matches(name)
    }
}

/// A policy's pattern: a Perl-compatible regular expression that is looked for anywhere in a name.
struct NamePattern {
    private let regex: Regex<AnyRegexOutput>?

    init(_ text: String) {
        regex = try? Regex(text)
    }

    /// A pattern that cannot be read here counts as a match: it is better shown than overlooked.
    func matches(_ name: String) -> Bool {
        guard let regex else { return true }
        return name.contains(regex)
    }
}
