import Postgres

/// A session whose snapshot keeps dead rows from being cleared away.
struct LongTransaction: Sendable, Hashable {
    var pid: Int
    var application: String
    var minutes: Int
}

extension Check {
    static let longTransactions = Check("long transactions") { surroundings in
        let rows = try await surroundings.query(
            """
            SELECT pid, application_name, floor(extract(epoch FROM now() - xact_start) / 60)::int AS minutes
            FROM pg_stat_activity
            WHERE backend_xmin IS NOT NULL AND xact_start < now() - interval '10 minutes'
                AND backend_type IN ('client backend', 'walsender')
            ORDER BY xact_start LIMIT 5
            """)
        return judge(
            longTransactions: try rows.map {
                LongTransaction(
                    pid: try $0.decode("pid"), application: try $0.decodeIfPresent("application_name") ?? "",
                    minutes: try $0.decode("minutes"))
            })
    }

    static func judge(longTransactions: [LongTransaction]) -> [Finding] {
        longTransactions.map { transaction in
            .warning(
                "A transaction of '\(transaction.application.terminalSafe)' (process \(transaction.pid)) has been open for "
                    + "\(transaction.minutes) minutes.",
                why: "Dead rows of the outbox cannot be cleared away meanwhile, and every claim reads over them.",
                cure: "SELECT pg_terminate_backend(\(transaction.pid));")
        }
    }
}
