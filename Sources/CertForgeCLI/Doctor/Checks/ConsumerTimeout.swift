import Contracts
import ServiceRuntime

extension Check {
    /// The broker's limit against the time that an attempt may take.
    static let consumerTimeout = Check("consumer timeout") { surroundings in
        let attempt = try surroundings.settings.seconds("CERTIFICATION_TIMEOUT", default: 300, in: 1...86_400)
        return judge(consumerTimeoutOf: try await surroundings.queues(), attempt: attempt)
    }

    /// RabbitMQ's own, which the management API does not tell.
    private static let defaultTimeout = Duration.seconds(1_800)

    static func judge(consumerTimeoutOf queues: [BrokerState.Queue], attempt: Duration) -> [Finding] {
        let requests = Set(Lane.allCases.map { QueueName.requests($0).rawValue })
        var limits: [(name: String, limit: Duration)] = queues.filter { requests.contains($0.name) }.compactMap {
            queue in
            guard case .number(let limit)? = queue.effective_policy_definition?["consumer-timeout"] else { return nil }
            return (queue.name, .milliseconds(limit))
        }
        if limits.isEmpty { limits = [("the broker (default)", defaultTimeout)] }
        // A drain, a lost database and the broker's own rounding of a minute come on top of an attempt.
        let needed = attempt + .seconds(120)
        return limits.filter { $0.limit < needed }.map { name, limit in
            .error(
                "An attempt may take \(attempt), but \(name) takes messages back after \(limit).",
                why: "The broker closes the consumer's channel in mid-attempt, and hands its work to another.",
                cure:
                    "Lower CERTIFICATION_TIMEOUT, or raise consumer_timeout in rabbitmq.conf to \(needed / .milliseconds(1)) ms"
            )
        }
    }
}
