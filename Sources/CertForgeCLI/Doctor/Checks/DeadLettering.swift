import Contracts

extension Check {
    /// What is in effect on each queue of work, whoever set it.
    static let deadLettering = Check("dead lettering") { judge(deadLetteringOf: try await $0.queues()) }

    static func judge(deadLetteringOf queues: [BrokerState.Queue]) -> [Finding] {
        let work = Lane.allCases.map { QueueName.requests($0).rawValue } + [QueueName.notifications.rawValue]
        return queues.filter { work.contains($0.name) }.flatMap { queue -> [Finding] in
            // Without statistics nothing is known; 'topology' compares the policies themselves.
            guard let effective = queue.effective_policy_definition else { return [] }
            return judge(effective, on: queue.name)
        }
    }

    private static func judge(_ effective: BrokerTable, on queue: String) -> [Finding] {
        var findings: [Finding] = []
        let preconditions: [(String, BrokerValue)] = [
            ("dead-letter-strategy", .text("at-least-once")), ("overflow", .text("reject-publish")),
        ]
        var missing = preconditions.filter { effective[$0.0] != $0.1 }.map { "\($0.0)=\($0.1)" }
        missing += ["dead-letter-exchange", "max-length"].filter { effective[$0] == nil }
        if !missing.isEmpty {
            findings.append(
                .error(
                    "\(queue): \(missing.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") not in effect.",
                    why: "Dead lettering silently degrades to at most once: letters can be lost.",
                    cure: "certforge topology plan shows which policy is in the way; certforge topology apply"))
        }
        switch effective["delivery-limit"] {
        case .number(let limit) where limit > 0: break
        default:
            findings.append(
                .error(
                    "\(queue): no delivery limit is in effect.",
                    why: "A message that kills its consumer is delivered for ever.", cure: "certforge topology apply"))
        }
        return findings
    }
}
