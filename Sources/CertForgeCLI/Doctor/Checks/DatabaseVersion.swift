import Postgres

extension Check {
    /// Whether the database can be asked at all, and its version.
    static let database = Check("database") { surroundings in
        do {
            let rows = try await surroundings.query("SELECT current_setting('server_version_num')::int AS version")
            return judge(databaseVersion: try rows.first?.decode(Int.self, "version") ?? 0)
        } catch let failure as PostgresError where failure.isConnectionTrouble {
            return [
                .error(
                    "The database cannot be reached: \(failure.message.terminalSafe)",
                    why: "It is the system of record: without it nothing is accepted and nothing ends.",
                    cure: "Start it, or correct DATABASE_URL.")
            ]
        }
    }

    /// The version is 160002 for 16.2.
    static func judge(databaseVersion version: Int) -> [Finding] {
        guard version < 140_000 else { return [] }
        return [
            .warning(
                "PostgreSQL \(version / 10_000) is older than 14.", why: "It gets no corrections any more.",
                cure: "Upgrade it, best to the latest.")
        ]
    }
}
