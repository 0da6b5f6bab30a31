import Postgres

/// How far an outbox is behind.
struct OutboxBacklog: Sendable, Hashable {
    var schema: String
    /// Counts to 100,000.
    var due: Int
    /// Seconds since the oldest became due; 0 when there is none.
    var oldest: Double
}

extension Check {
    static let outbox = Check("outbox") { surroundings in
        var backlogs: [OutboxBacklog] = []
        for schema in ["certification", "notifier"] where try await surroundings.hasTable("\(schema).outbox") {
            let rows = try await surroundings.query(
                """
                SELECT count(*) AS due, COALESCE(extract(epoch FROM now() - min(not_before)), 0)::float8 AS oldest
                FROM (SELECT not_before FROM \(identifier: schema).outbox WHERE not_before <= now()
                    ORDER BY not_before LIMIT 100000) AS due
                """)
            guard let row = rows.first else { continue }
            backlogs.append(
                OutboxBacklog(schema: schema, due: try row.decode("due"), oldest: try row.decode("oldest")))
        }
        return judge(backlogs: backlogs)
    }

    static func judge(backlogs: [OutboxBacklog]) -> [Finding] {
        backlogs.filter { $0.oldest > 10 }.map { backlog in
            let what =
                "\(backlog.due.counted("message")) of \(backlog.schema).outbox \(backlog.due == 1 ? "is" : "are") due, the "
                + "oldest for \(Int(backlog.oldest)) s."
            let why = "They are not published: nothing begins, and nobody is told of what has ended."
            let cure =
                "See the checks 'broker' and 'topology', and outbox_returned_total and outbox_nacked_total of the services."
            return backlog.oldest > 60 ? .error(what, why: why, cure: cure) : .warning(what, why: why, cure: cure)
        }
    }
}
