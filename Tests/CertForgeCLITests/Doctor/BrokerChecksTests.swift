import Contracts
import Testing

@testable import CertForgeCLI

@Suite("What the doctor says of a broker")
struct BrokerChecksTests {
    @Test(
        "Versions are known for their traps",
        arguments: [
            ("3.9.29", [Finding.Severity.error]), ("3.10.8", [.notice]), ("3.13.7", [.notice]),
            ("4.0.9", [.notice, .warning]), ("4.2.10", [.notice, .warning]), ("4.3.0-rc.1", [.warning]),
            ("4.3.2", [.warning]), ("4.3.3", []), ("4.10.0", []), ("?", [.unchecked]),
        ])
    func versions(_ version: String, _ severities: [Finding.Severity]) {
        #expect(Check.judge(brokerVersion: version).map(\.severity) == severities)
    }

    @Test("guest is found when it can log in")
    func guest() {
        #expect(Check.judge(guestCanLogIn: true).map(\.cure) == ["rabbitmqctl delete_user guest"])
        #expect(Check.judge(guestCanLogIn: false).isEmpty)
    }

    @Test("Stable feature flags that are disabled are found, stream_queue as an error")
    func featureFlags() {
        let enabled = FeatureFlag(name: "quorum_queue", state: "enabled", stability: "stable")
        let experimental = FeatureFlag(name: "khepri_db", state: "disabled", stability: "experimental")
        let disabled = FeatureFlag(name: "tracking", state: "disabled", stability: "stable")
        let streams = FeatureFlag(name: "stream_queue", state: "disabled", stability: "required")
        #expect(Check.judge(featureFlags: [enabled, experimental]).isEmpty)
        #expect(Check.judge(featureFlags: [enabled, disabled]).map(\.severity) == [.warning])
        #expect(Check.judge(featureFlags: [streams, disabled]).map(\.severity) == [.error])
    }

    @Test("Alarms and nodes that are down are errors")
    func alarms() {
        var node = BrokerNode(name: "rabbit@a", running: true, mem_alarm: false, disk_free_alarm: false)
        #expect(Check.judge(alarmsOf: [node]).isEmpty)
        node.mem_alarm = true
        node.disk_free_alarm = true
        node.running = false
        let words = Check.judge(alarmsOf: [node]).map(\.what)
        #expect(
            words == [
                "rabbit@a is short of memory.", "rabbit@a is short of disk space.", "rabbit@a does not run.",
            ])
    }

    @Test("A disk limit below what the node may hold in memory is found")
    func diskLimit() {
        let development = BrokerNode(name: "rabbit@a", mem_limit: 1_000_000_000, disk_free_limit: 50_000_000)
        let production = BrokerNode(name: "rabbit@a", mem_limit: 1_000_000_000, disk_free_limit: 1_000_000_000)
        #expect(Check.judge(diskLimitOf: [development, production]).map(\.severity) == [.warning])
    }

    @Test("Missing parts and conflicts are errors, drift and left-over bindings warnings")
    func topology() {
        func severities(_ state: BrokerState) -> [Finding.Severity] {
            Check.judge(TopologyPlan(.certForge, against: state)).map(\.severity)
        }
        #expect(severities(.inSync).isEmpty)
        #expect(severities(.empty) == [.error])
        #expect(severities(BrokerState.inSync.changed { $0.policies[0].priority = 1 }) == [.warning])
        #expect(severities(BrokerState.inSync.changed { $0.queues[0].type = "classic" }) == [.error])
        let stale = BrokerState.Binding(
            source: "certforge.events", destination: "notifications", destination_type: "queue", routing_key: "#",
            arguments: BrokerTable(), properties_key: "%23")
        #expect(severities(BrokerState.inSync.changed { $0.bindings.append(stale) }) == [.warning])
    }

    /// The queues as they are once their statistics have come.
    private func queues(_ change: (inout BrokerState.Queue) -> Void = { _ in }) -> [BrokerState.Queue] {
        BrokerState.inSync.queues.map { queue in
            var queue = queue
            let policy = Topology.certForge.policies.first { NamePattern($0.pattern).matches(queue.name) }
            queue.effective_policy_definition = policy?.table
            queue.consumers = 2
            queue.messages = 0
            change(&queue)
            return queue
        }
    }

    @Test("Each of the four keys of at-least-once dead lettering is missed, and a delivery limit that is off")
    func deadLettering() {
        #expect(Check.judge(deadLetteringOf: queues()).isEmpty)
        for key in ["dead-letter-strategy", "overflow", "dead-letter-exchange", "max-length"] {
            let broken = queues { $0.effective_policy_definition?.values[key] = nil }
            let findings = Check.judge(deadLetteringOf: broken)
            #expect(findings.count == 4)
            #expect(findings.allSatisfy { $0.severity == .error && $0.what.contains(key) })
        }
        let unlimited = queues { $0.effective_policy_definition?.values["delivery-limit"] = .number(-1) }
        #expect(Check.judge(deadLetteringOf: unlimited).map(\.severity) == Array(repeating: .error, count: 4))
        #expect(Check.judge(deadLetteringOf: queues { $0.effective_policy_definition = nil }).isEmpty)
    }

    @Test("A consumer timeout that an attempt can outlast is found, the broker's default included")
    func consumerTimeout() {
        #expect(Check.judge(consumerTimeoutOf: queues(), attempt: .seconds(300)).isEmpty)
        #expect(Check.judge(consumerTimeoutOf: queues(), attempt: .seconds(1_750)).count == 1)
        let short = queues { $0.effective_policy_definition?.values["consumer-timeout"] = .number(300_000) }
        let findings = Check.judge(consumerTimeoutOf: short, attempt: .seconds(300))
        #expect(findings.map(\.severity) == [.error, .error, .error])
    }

    @Test("A queue without consumers is an error when something waits in it")
    func consumers() {
        #expect(Check.judge(consumersOf: queues(), processors: nil).isEmpty)
        #expect(Check.judge(consumersOf: queues(), processors: 2).isEmpty)
        let idle = queues { if $0.name == "notifications" { $0.consumers = 0 } }
        #expect(Check.judge(consumersOf: idle, processors: 2).map(\.severity) == [.warning])
        let waiting = queues {
            if $0.name == "notifications" { ($0.consumers, $0.messages) = (0, 7) }
        }
        #expect(Check.judge(consumersOf: waiting, processors: 2).map(\.severity) == [.error])
    }

    @Test("Consumers and processors that give signs of life must be as many")
    func ghosts() {
        #expect(Check.judge(consumersOf: queues(), processors: 3).count == 3)
        #expect(Check.judge(consumersOf: queues(), processors: 1).count == 3)
    }

    @Test("Dead letters are told from the queue and from the table")
    func deadLetters() {
        #expect(Check.judge(deadLettersInQueue: 0, open: nil).isEmpty)
        #expect(Check.judge(deadLettersInQueue: 0, open: 0).isEmpty)
        #expect(
            Check.judge(deadLettersInQueue: 3, open: nil).map(\.what) == ["The queue dead-letter holds 3 messages."])
        #expect(Check.judge(deadLettersInQueue: 1, open: 1).count == 2)
    }

    @Test("Anything in unrouted is an error")
    func unrouted() {
        #expect(Check.judge(unrouted: 0).isEmpty)
        #expect(Check.judge(unrouted: 1).map(\.severity) == [.error])
    }
}
