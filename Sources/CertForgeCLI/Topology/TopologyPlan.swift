import Contracts

/// What separates a virtual host from the topology: what `apply` would do, and what it will not.
struct TopologyPlan: Sendable, Hashable {
    /// What can be made so without losing anything, in the order in which it is done.
    var steps: [Step] = []
    /// What only a person can put right.
    var conflicts: [Conflict] = []
    /// What is there beside the topology; left alone.
    var unknown: [Unknown] = []
    /// How many parts are as they should be.
    var unchanged = 0

    enum Step: Sendable, Hashable {
        case setPolicy(Topology.Policy, instead: BrokerState.Policy?)
        case createExchange(Topology.Exchange)
        case createQueue(Topology.Queue)
        case createBinding(Topology.Binding)
        case deleteBinding(BrokerState.Binding)
        case setPermission(Topology.Role, instead: BrokerState.Permission?)
        case setTopicPermission(
            role: String, Topology.Role.TopicPermission, instead: BrokerState.TopicPermission?)
    }

    enum Conflict: Sendable, Hashable {
        /// The exchange has another kind or other properties; it would have to be deleted.
        case exchange(Topology.Exchange, differences: [Difference])
        /// The queue has another type, other properties or arguments; it would have to be deleted.
        case queue(Topology.Queue, bindings: [Topology.Binding], differences: [Difference])
        /// Somebody's policy applies in place of ours.
        case overridden(by: BrokerState.Policy, ours: Topology.Policy, name: String)
        /// An operator policy changes what ours says.
        case limited(by: BrokerState.Policy, ours: Topology.Policy, queue: String, differences: [Difference])
        /// The policies are as they should be, and yet something else is in effect.
        case ineffective(Topology.Policy, queue: String, differences: [Difference])
        /// The management API may do other things for this user than it should.
        case tags(Topology.Role, actual: [String])
    }

    enum Unknown: Sendable, Hashable {
        case exchange(String)
        case queue(String)
        case binding(BrokerState.Binding)
        /// Between an exchange and a queue of ours, with a pattern that is no longer used.
        case staleBinding(BrokerState.Binding)
        case topicPermission(BrokerState.TopicPermission)
        case missingUser(Topology.Role)
        /// Only an administrator may compare users and permissions.
        case invisibleUsers
    }

    struct Difference: Sendable, Hashable {
        var key: String
        /// Nil when it is not set.
        var actual: String?
        var wanted: String?
    }

    /// - Parameters:
    ///   - topology: how it should be.
    ///   - state: how it is.
    ///   - pruning: whether stale bindings are deleted instead of being shown.
    init(_ topology: Topology, against state: BrokerState, pruning: Bool = false) {
        comparePolicies(of: topology, with: state)
        compareExchanges(of: topology, with: state)
        compareQueues(of: topology, with: state)
        compareBindings(of: topology, with: state, pruning: pruning)
        compareEffects(of: topology, with: state)
        compareAccess(of: topology, with: state)
    }

    /// Whether a stale binding still delivers messages that nothing asks for.
    var hasStaleBindings: Bool {
        unknown.contains { if case .staleBinding = $0 { true } else { false } }
    }

    /// Whether what was found may be statistics that have not caught up: the broker tells a queue's effective policy up
    /// to about five seconds late.
    var mayBeLate: Bool {
        conflicts.contains { if case .ineffective = $0 { true } else { false } }
    }

    var verdict: Verdict {
        if !conflicts.isEmpty { return .conflict }
        return steps.isEmpty && !hasStaleBindings ? .inSync : .drift
    }

    /// What `check` ends with.
    enum Verdict: Int32, Sendable {
        case inSync = 0
        case drift = 2
        case conflict = 3
    }
}

// MARK: - Exchanges, queues, bindings

extension TopologyPlan {
    mutating func compareExchanges(of topology: Topology, with state: BrokerState) {
        for exchange in topology.exchanges {
            guard let actual = state.exchanges.first(where: { $0.name == exchange.name.rawValue }) else {
                steps.append(.createExchange(exchange))
                continue
            }
            let differences =
                Self.differences(
                    [
                        ("type", actual.type, exchange.kind.rawValue), ("durable", "\(actual.durable)", "true"),
                        ("auto_delete", "\(actual.auto_delete)", "false"), ("internal", "\(actual.internal)", "false"),
                    ]) + Self.surplus(of: actual.arguments, allowed: [])
            note(differences) { .exchange(exchange, differences: $0) }
        }
        let ours = Set(topology.exchanges.map(\.name.rawValue))
        unknown += state.exchanges.map(\.name).filter { $0.hasPrefix("certforge.") && !ours.contains($0) }.sorted()
            .map { .exchange($0) }
    }

    mutating func compareQueues(of topology: Topology, with state: BrokerState) {
        for queue in topology.queues {
            guard let actual = state.queues.first(where: { $0.name == queue.name.rawValue }) else {
                steps.append(.createQueue(queue))
                continue
            }
            let differences =
                Self.differences(
                    [
                        ("x-queue-type", actual.kind, "quorum"), ("durable", "\(actual.durable)", "true"),
                        ("auto_delete", "\(actual.auto_delete)", "false"),
                        ("exclusive", "\(actual.exclusive ?? false)", "false"),
                    ]) + Self.surplus(of: actual.arguments, allowed: ["x-queue-type"])
            let bindings = topology.bindings.filter { $0.queue == queue.name }
            note(differences) { .queue(queue, bindings: bindings, differences: $0) }
        }
        let ours = Set(topology.queues.map(\.name.rawValue))
        unknown += state.queues.map(\.name).filter { $0.hasPrefix("certification.") && !ours.contains($0) }.sorted()
            .map { .queue($0) }
    }

    mutating func compareBindings(of topology: Topology, with state: BrokerState, pruning: Bool) {
        for binding in topology.bindings {
            if state.bindings.contains(where: { binding.isSame(as: $0) }) {
                unchanged += 1
            } else {
                steps.append(.createBinding(binding))
            }
        }
        let exchanges = Set(topology.exchanges.map(\.name.rawValue))
        let queues = Set(topology.queues.map(\.name.rawValue))
        for actual in state.bindings.sorted(by: { ($0.source, $0.routing_key) < ($1.source, $1.routing_key) }) {
            guard !actual.source.isEmpty, !topology.bindings.contains(where: { $0.isSame(as: actual) }) else {
                continue
            }
            let endsInOurs = actual.destination_type == "queue" && queues.contains(actual.destination)
            switch (exchanges.contains(actual.source), endsInOurs) {
            case (true, true) where pruning: steps.append(.deleteBinding(actual))
            case (true, true): unknown.append(.staleBinding(actual))
            case (false, true), (true, false): unknown.append(.binding(actual))
            case (false, false): continue
            }
        }
    }

    mutating func note(_ differences: [Difference], _ conflict: ([Difference]) -> Conflict) {
        if differences.isEmpty { unchanged += 1 } else { conflicts.append(conflict(differences)) }
    }

    static func differences(_ pairs: [(key: String, actual: String, wanted: String)]) -> [Difference] {
        pairs.filter { $0.actual != $0.wanted }.map {
            Difference(key: $0.key, actual: $0.actual.terminalSafe, wanted: $0.wanted)
        }
    }

    /// Arguments that nobody asked for. They go before policies and can never be changed.
    private static func surplus(of arguments: BrokerTable, allowed: Set<String>) -> [Difference] {
        arguments.values.filter { !allowed.contains($0.key) }.sorted { $0.key < $1.key }.map {
            Difference(key: "argument \($0.key.terminalSafe)", actual: "\($0.value)", wanted: nil)
        }
    }
}

extension Topology.Binding {
    func isSame(as actual: BrokerState.Binding) -> Bool {
        actual.source == exchange.rawValue && actual.destination == queue.rawValue
            && actual.destination_type == "queue" && actual.routing_key == pattern.rawValue
            && actual.arguments.values.isEmpty
    }
}
