import CertificationStore
import Postgres

extension Check {
    static let migrations = Check("migrations") { surroundings in
        guard try await surroundings.hasTable("\(CertificationStore.schema).schema_migrations") else {
            return judge(migrationsApplied: [], known: CertificationStore.migrations.map(\.name), changed: [])
        }
        let rows = try await surroundings.query(
            "SELECT name, checksum FROM \(identifier: CertificationStore.schema).schema_migrations")
        let applied = try rows.reduce(into: [String: String]()) {
            $0[try $1.decode("name")] = try $1.decode("checksum")
        }
        let changed = CertificationStore.migrations.filter {
            applied[$0.name] != nil && applied[$0.name] != $0.checksum
        }
        return judge(
            migrationsApplied: applied.keys.sorted(), known: CertificationStore.migrations.map(\.name),
            changed: changed.map(\.name))
    }

    static func judge(migrationsApplied applied: [String], known: [String], changed: [String]) -> [Finding] {
        var findings: [Finding] = []
        let pending = known.filter { !applied.contains($0) }
        if !pending.isEmpty {
            findings.append(
                .error(
                    "Migrations are missing: \(pending.joined(separator: ", ")).",
                    why: "Gateways and processors of this version stay unready.", cure: "certforge migrate"))
        }
        let unknown = applied.filter { !known.contains($0) }
        if !unknown.isEmpty {
            findings.append(
                .warning(
                    "The database has migrations that this version does not know: "
                        + "\(unknown.joined(separator: ", ").terminalSafe).",
                    why: "It belongs to a newer version.", cure: "Update certforge and the services."))
        }
        if !changed.isEmpty {
            findings.append(
                .error(
                    "Migrations were changed after they were applied: \(changed.joined(separator: ", ")).",
                    why: "The tables may not be what the services count on.",
                    cure: "Use a released version, or restore the backup."))
        }
        return findings
    }
}
