import Postgres

extension Check {
    static let databaseSettings = Check("database settings") { surroundings in
        let rows = try await surroundings.query(
            """
            SELECT name, setting FROM pg_settings
            WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'autovacuum')
            """)
        return judge(
            databaseSettings: try rows.reduce(into: [:]) {
                $0[try $1.decode(String.self, "name")] = try $1.decode("setting")
            })
    }

    static func judge(databaseSettings settings: [String: String]) -> [Finding] {
        var findings: [Finding] = []
        for name in ["fsync", "full_page_writes"] where settings[name] == "off" {
            findings.append(
                .error(
                    "\(name) is off.", why: "A crash of the machine can destroy the database.",
                    cure: "ALTER SYSTEM SET \(name) = on; SELECT pg_reload_conf();"))
        }
        if settings["synchronous_commit"] == "off" {
            findings.append(
                .error(
                    "synchronous_commit is off.",
                    why:
                        "A crash loses what was committed last: jobs that were answered 202, verdicts whose message was "
                        + "acknowledged.",
                    cure: "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();"))
        }
        if settings["autovacuum"] == "off" {
            findings.append(
                .error(
                    "autovacuum is off.", why: "Outbox and inbox grow and slow down without end.",
                    cure: "ALTER SYSTEM SET autovacuum = on; SELECT pg_reload_conf();"))
        }
        return findings
    }
}
