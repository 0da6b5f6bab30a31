import Postgres

extension Check {
    static let databaseConnections = Check("database connections") { surroundings in
        let rows = try await surroundings.query(
            """
            SELECT count(*)::int AS used, current_setting('max_connections')::int
                - current_setting('superuser_reserved_connections')::int AS allowed
            FROM pg_stat_activity WHERE backend_type = 'client backend'
            """)
        guard let row = rows.first else { return [] }
        return judge(connectionsUsed: try row.decode(Int.self, "used"), of: try row.decode(Int.self, "allowed"))
    }

    static func judge(connectionsUsed used: Int, of allowed: Int) -> [Finding] {
        guard used * 10 >= allowed * 8 else { return [] }
        return [
            .warning(
                "\(used) of \(allowed) connections of the database are in use.",
                why: "The next processor that starts may not get one; its lanes then stand still.",
                cure: "Raise max_connections, lower DATABASE_POOL_SIZE or maxReplicaCount, or put a pooler between.")
        ]
    }
}
