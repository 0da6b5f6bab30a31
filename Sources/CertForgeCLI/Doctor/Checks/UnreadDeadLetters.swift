import Contracts
import Postgres

extension Check {
    static let deadLetters = Check("dead letters") { surroundings in
        let depth = try await surroundings.queues().first { $0.name == QueueName.deadLetter.rawValue }?.messages ?? 0
        var waiting: Int?
        if let known = try? await surroundings.hasTable("certification.dead_letters"), known {
            let rows = try await surroundings.query(
                "SELECT count(*) AS count FROM (SELECT FROM certification.dead_letters WHERE status = 'OPEN' LIMIT 100000) AS open"
            )
            waiting = try rows.first?.decode(Int.self, "count")
        }
        return judge(deadLettersInQueue: depth, open: waiting)
    }

    /// `open` counts letters that were taken in and that nobody has dealt with; nil when there is no table of them.
    static func judge(deadLettersInQueue depth: Int, open: Int?) -> [Finding] {
        var findings: [Finding] = []
        if let open, open > 0 {
            findings.append(
                .warning(
                    "\(open.counted("dead letter")) \(open == 1 ? "waits" : "wait") for somebody.",
                    why: "Each is work or a mail that was given up.", cure: "certforge dead-letters list"))
        }
        if depth > 0 {
            findings.append(
                .warning(
                    "The queue dead-letter holds \(depth.counted("message")).",
                    why: open == nil
                        ? "Each is work or a mail that was given up."
                        : "Gateways take letters in at once; none seems to.",
                    cure: open == nil
                        ? "Look at x-cause and x-error in the management UI (docs/operations.md, Dead letters appear)."
                        : "Start a gateway; if one runs, see its /health."))
        }
        return findings
    }
}
