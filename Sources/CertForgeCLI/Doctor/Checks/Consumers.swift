import Contracts
import Postgres

extension Check {
    static let consumers = Check("consumers") { surroundings in
        let queues = try await surroundings.queues()
        var processors: Int?
        if let known = try? await surroundings.hasTable("certification.workers"), known {
            processors = try await surroundings.query(
                """
                SELECT count(*) AS count FROM certification.workers
                WHERE heartbeat_at > now() - interval '30 seconds'
                """
            ).first?.decode(Int.self, "count")
        }
        return judge(consumersOf: queues, processors: processors)
    }

    /// `processors` is how many have given a sign of life lately; nil when that is not known.
    static func judge(consumersOf queues: [BrokerState.Queue], processors: Int?) -> [Finding] {
        let lanes = Set(Lane.allCases.map { QueueName.requests($0).rawValue })
        let consumed = lanes.union([QueueName.notifications.rawValue])
        return queues.filter { consumed.contains($0.name) }.sorted { $0.name < $1.name }.compactMap { queue in
            let consumers = queue.consumers ?? 0
            let waiting = queue.messages ?? 0
            let program = lanes.contains(queue.name) ? "processor" : "notifier"
            if consumers == 0 {
                let why = "Its messages expire within the hour, and then nobody works them off."
                let cure = "Start a \(program); if one runs, see its /health."
                return waiting > 0
                    ? .error(
                        "\(queue.name) holds \(waiting.counted("message")) and nobody consumes it.", why: why,
                        cure: cure)
                    : .warning("Nobody consumes \(queue.name).", why: why, cure: cure)
            }
            guard lanes.contains(queue.name), let processors, processors != consumers else { return nil }
            return .warning(
                "\(queue.name) has \(consumers.counted("consumer")), but \(processors.counted("processor")) "
                    + "\(processors == 1 ? "gives" : "give") signs of life.",
                why: consumers < processors
                    ? "A processor believes that it consumes and does not, or has just started."
                    : "A consumer hangs, or has lost the database.",
                cure: "Look at /ready of each processor; restart the one that is not.")
        }
    }
}
