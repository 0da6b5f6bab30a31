import Contracts
import Testing

@testable import CertForgeCLI

@Suite("A plan of the topology")
struct TopologyPlanTests {
    private func plan(_ state: BrokerState, pruning: Bool = false) -> TopologyPlan {
        TopologyPlan(.certForge, against: state, pruning: pruning)
    }

    @Test("What is as it should be needs nothing")
    func inSync() {
        let plan = plan(.inSync)
        #expect(plan.steps.isEmpty && plan.conflicts.isEmpty && plan.unknown.isEmpty)
        #expect(plan.verdict == .inSync)
        #expect(plan.lines(virtualHost: "certforge") == ["= \(plan.unchanged) parts as wanted"])
    }

    @Test("In an empty virtual host everything is made, policies before queues and queues before bindings")
    func empty() throws {
        let plan = plan(.empty)
        let topology = Topology.certForge
        let kinds = plan.steps.map { step in
            switch step {
            case .setPolicy(_, nil): "policy"
            case .createExchange: "exchange"
            case .createQueue: "queue"
            case .createBinding: "binding"
            default: "other"
            }
        }
        #expect(
            kinds == Array(repeating: "policy", count: topology.policies.count)
                + Array(repeating: "exchange", count: topology.exchanges.count)
                + Array(repeating: "queue", count: topology.queues.count)
                + Array(repeating: "binding", count: topology.bindings.count))
        #expect(plan.unknown == topology.roles.map { .missingUser($0) })
        #expect(plan.verdict == .drift)
        #expect(plan.lines(virtualHost: "certforge").contains("+ queue dead-letter (quorum)"))
    }

    @Test("A policy that differs is changed, and the plan shows from what to what")
    func changedPolicy() throws {
        let state = BrokerState.inSync.changed { state in
            state.policies[0].priority = 3
            state.policies[0].definition.values["delivery-limit"] = .number(5)
            state.policies[0].definition.values["expires"] = .number(1)
            state.policies[0].definition.values["overflow"] = nil
        }
        let plan = plan(state)
        #expect(
            plan.steps.flatMap(\.lines) == [
                "~ policy requests", "    priority: 3 → 10", "    delivery-limit: 5 → 20", "    expires: 1 → not set",
                "    overflow: not set → reject-publish",
            ])
        #expect(plan.verdict == .drift)
    }

    @Test("A missing binding is made, another one of ours is only shown, and deleted when that is asked for")
    func bindings() {
        let stale = BrokerState.Binding(
            source: "certforge.events", destination: "notifications", destination_type: "queue", routing_key: "job.#",
            arguments: BrokerTable(), properties_key: "job.%23")
        let state = BrokerState.inSync.changed {
            $0.bindings.removeLast()
            $0.bindings.append(stale)
        }
        #expect(plan(state).steps == Topology.certForge.bindings.suffix(1).map { .createBinding($0) })
        #expect(plan(state).unknown == [.staleBinding(stale)])
        #expect(plan(state, pruning: true).steps.last == .deleteBinding(stale))
        #expect(plan(state, pruning: true).unknown.isEmpty)
        let leftOver = plan(BrokerState.inSync.changed { $0.bindings.append(stale) })
        #expect(leftOver.verdict == .drift)
        #expect(leftOver.summary.contains("--prune-bindings"))
    }

    @Test("Bindings that lead to or from somebody else are shown and never deleted")
    func strangersBindings() {
        func binding(_ source: String, _ destination: String) -> BrokerState.Binding {
            BrokerState.Binding(
                source: source, destination: destination, destination_type: "queue", routing_key: "#",
                arguments: BrokerTable(), properties_key: "%23")
        }
        let audit = binding("certforge.events", "audit")
        let injection = binding("elsewhere", "notifications")
        let state = BrokerState.inSync.changed {
            $0.bindings += [audit, injection, binding("elsewhere", "audit"), binding("", "notifications")]
        }
        let plan = plan(state, pruning: true)
        #expect(Set(plan.unknown) == [.binding(audit), .binding(injection)])
        #expect(plan.steps.isEmpty)
        #expect(plan.verdict == .inSync)
    }

    @Test("What has a name of ours and is not in the topology is shown")
    func unknown() {
        let state = BrokerState.inSync.changed { state in
            var exchange = state.exchanges[0]
            exchange.name = "certforge.old"
            state.exchanges.append(exchange)
            var queue = state.queues[0]
            queue.name = "certification.requests.urgent"
            state.queues.append(queue)
            queue.name = "somebody.else"
            state.queues.append(queue)
        }
        #expect(plan(state).unknown == [.exchange("certforge.old"), .queue("certification.requests.urgent")])
        #expect(plan(state).verdict == .inSync)
    }

    @Test("A queue of another type is a conflict that comes with the commands to replace it, bindings included")
    func queueOfAnotherType() throws {
        let state = BrokerState.inSync.changed {
            $0.change(queue: .notifications) {
                $0.type = "classic"
                $0.durable = false
                $0.arguments = BrokerTable(["x-message-ttl": .number(5)])
            }
        }
        let plan = plan(state)
        #expect(plan.verdict == .conflict)
        #expect(plan.steps.isEmpty)
        let text = plan.lines(virtualHost: "prod/eu").joined(separator: "\n")
        #expect(text.contains("! queue notifications is another one"))
        #expect(text.contains("x-queue-type: classic → quorum"))
        #expect(text.contains("durable: false → true"))
        #expect(text.contains("argument x-message-ttl: 5 → not set"))
        #expect(text.contains("$B/api/queues/prod%2Feu/notifications.moving"))
        #expect(text.contains("$B/api/bindings/prod%2Feu/e/certforge.events/q/notifications/job.completed"))
        #expect(text.contains("rabbitmqctl set_parameter -p prod/eu shovel move-notifications"))
    }

    @Test("An exchange of another kind is a conflict")
    func exchangeOfAnotherKind() {
        let state = BrokerState.inSync.changed { $0.exchanges[0].type = "direct" }
        let plan = plan(state)
        #expect(plan.verdict == .conflict)
        #expect(plan.lines(virtualHost: "certforge").contains("    type: direct → topic"))
    }

    @Test(
        "Somebody's policy of no lower priority that matches a queue of ours is a conflict, whatever scope it has",
        arguments: [
            ("queues", 10, true), ("all", 11, true), ("quorum_queues", 10, true), ("queues", 9, false),
            ("classic_queues", 99, false), ("exchanges", 99, false),
        ])
    func overridden(_ scope: String, _ priority: Int, _ isConflict: Bool) {
        let other = BrokerState.Policy(
            name: "ha", pattern: "^notif", applyTo: scope, priority: priority,
            definition: BrokerTable(["max-length": .number(5)]))
        let plan = plan(BrokerState.inSync.changed { $0.policies.append(other) })
        #expect((plan.verdict == .conflict) == isConflict)
        let name = QueueName.notifications.rawValue
        #expect(
            plan.conflicts.isEmpty
                || plan.conflicts == [.overridden(by: other, ours: Topology.certForge.policies[1], name: name)])
    }

    @Test("An operator policy counts where it changes what is in effect")
    func operatorPolicy() {
        func state(_ definition: [String: BrokerValue]) -> BrokerState {
            BrokerState.inSync.changed {
                $0.operatorPolicies = [
                    BrokerState.Policy(
                        name: "limits", pattern: "^dead-letter$", applyTo: "queues", priority: 0,
                        definition: BrokerTable(definition))
                ]
            }
        }
        #expect(plan(state(["max-length": .number(2_000_000), "expires": .number(1)])).verdict == .inSync)
        let plan = plan(state(["max-length": .number(10), "overflow": .text("drop-head")]))
        #expect(plan.verdict == .conflict)
        let lines = plan.lines(virtualHost: "certforge")
        #expect(lines.contains("    max-length: 1000000 → 1000000") == false)
        #expect(lines.contains("    max-length: 10 → 1000000"))
        #expect(lines.contains("    overflow: drop-head → reject-publish"))
    }

    @Test("What is in effect counts once the queue's statistics name our policy, and may be late")
    func ineffective() {
        func state(policy: String?, limit: Int) -> BrokerState {
            BrokerState.inSync.changed {
                $0.change(queue: .notifications) { queue in
                    queue.policy = policy
                    var table = Topology.certForge.policies[1].table
                    table.values["delivery-limit"] = .number(limit)
                    queue.effective_policy_definition = table
                }
            }
        }
        #expect(plan(state(policy: "notifications", limit: 20)).verdict == .inSync)
        #expect(plan(state(policy: "yesterday's", limit: 5)).verdict == .inSync)
        let plan = plan(state(policy: "notifications", limit: 5))
        #expect(plan.verdict == .conflict)
        #expect(plan.mayBeLate)
    }

    @Test("Permissions of users that exist are put right, and too many tags are a conflict")
    func access() {
        let state = BrokerState.inSync.changed { state in
            state.access?.permissions.removeAll { $0.user == "certforge-gateway" }
            state.access?.permissions[0].configure = ".*"
            state.access?.topicPermissions[0].write = ".*"
            state.access?.users[2].tags = ["administrator"]
        }
        let plan = plan(state)
        let lines = plan.steps.flatMap(\.lines)
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("+ permission certforge-gateway: configure ^$"))
        #expect(lines[1].hasPrefix("~ permission certforge-processor: configure .* "))
        #expect(lines[2].hasPrefix("~ routing keys of certforge-notifier at certforge.events: write .*"))
        #expect(plan.conflicts == [.tags(.notifier, actual: ["administrator"])])
    }

    @Test("Whoever is no administrator cannot compare users, and is told so")
    func invisibleUsers() {
        let plan = plan(BrokerState.inSync.changed { $0.access = nil })
        #expect(plan.unknown == [.invisibleUsers])
        #expect(plan.verdict == .inSync)
    }

    @Test("Names from the broker cannot steer the terminal or leave their place in a command")
    func hostileNames() {
        let other = BrokerState.Policy(
            name: "x'; rm -rf /\u{1b}[2J", pattern: ".*", applyTo: "queues", priority: 99, definition: BrokerTable())
        let text = plan(BrokerState.inSync.changed { $0.policies.append(other) }).lines(virtualHost: "v")
            .joined(separator: "\n")
        #expect(text.contains(#"clear_policy -p v 'x'\''; rm -rf /"#))
    }
}
