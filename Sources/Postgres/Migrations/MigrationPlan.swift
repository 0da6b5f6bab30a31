import Crypto
import Foundation

/// Which migrations are still to be applied, given those that were.
struct MigrationPlan: Equatable {
    /// A row of `schema_migrations`.
    struct Applied: Equatable {
        var name: String
        var checksum: String
    }

    let pending: [Migration]

    /// - Throws: `migration` when the migrations are not in order, when an applied one has changed or is not known
    ///   here, or when a new one would have to come before an applied one.
    init(_ migrations: [Migration], applied: [Applied]) throws(PostgresError) {
        for (earlier, later) in zip(migrations, migrations.dropFirst()) where earlier.name >= later.name {
            throw Self.error("migration \(later.name) is listed after \(earlier.name)")
        }
        let known = Dictionary(migrations.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for row in applied {
            guard let migration = known[row.name] else {
                throw Self.error("the database has migration \(row.name), which this older program does not know")
            }
            guard migration.checksum == row.checksum else {
                throw Self.error("migration \(row.name) was changed after it had been applied")
            }
        }
        let appliedNames = Set(applied.map(\.name))
        pending = migrations.filter { !appliedNames.contains($0.name) }
        if let latest = appliedNames.max(), let next = pending.first, next.name < latest {
            throw Self.error("migration \(next.name) would come before \(latest), which was applied")
        }
    }

    private static func error(_ message: String) -> PostgresError {
        PostgresError(.migration, message: message)
    }
}

extension Migration {
    /// SHA-256 of the SQL, in hexadecimal.
    package var checksum: String {
        SHA256.hash(data: Data(sql.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
