package import Logging

/// Brings a schema up to date. Any number of them may run at once: each migration is applied once.
package struct Migrator: Sendable {
    private let client: PostgresClient
    private let schema: String
    private let migrations: [Migration]
    private let logger: Logger

    /// - Parameters:
    ///   - client: its connections' role must own the schema, or may create it.
    ///   - schema: created when it is not there; the migrations' unqualified names belong to it.
    ///   - migrations: all of the schema's history, in order of name.
    ///   - logger: told of each migration that is applied.
    package init(client: PostgresClient, schema: String, migrations: [Migration], logger: Logger) {
        self.client = client
        self.schema = schema
        self.migrations = migrations
        self.logger = logger
    }

    /// The names of the migrations that `migrate` would apply. Changes nothing.
    ///
    /// - Throws: `migration` when an applied migration has changed, is unknown or would be preceded by a new one.
    package func pending() async throws -> [String] {
        try await client.withConnection { connection in
            let table = "\(SQLIdentifier.quoted(schema)).schema_migrations"
            let rows = try await connection.query("SELECT to_regclass(\(table)) IS NOT NULL AS exists")
            let exists = try rows.first?.decode(Bool.self, "exists") ?? false
            let applied = exists ? try await self.applied(on: connection) : []
            return try MigrationPlan(migrations, applied: applied).pending.map(\.name)
        }
    }

    /// Applies what is pending, each migration in a transaction of its own with `search_path` set to the schema.
    ///
    /// - Returns: the names of those that this call applied.
    /// - Throws: as `pending` does; and what the server has against a migration, which is then rolled back.
    @discardableResult
    package func migrate() async throws -> [String] {
        try await createTable()
        var applied: [String] = []
        while let name = try await applyNext() { applied.append(name) }
        return applied
    }

    private func createTable() async throws {
        try await client.withTransaction { connection in
            try await lock(on: connection)
            // Asked for only when missing, so that a role without the right to create schemas can use an existing
            // one.
            let rows = try await connection.query("SELECT 1 FROM pg_namespace WHERE nspname = \(schema)")
            if rows.isEmpty { try await connection.execute("CREATE SCHEMA \(identifier: schema)") }
            try await connection.execute(
                """
                CREATE TABLE IF NOT EXISTS \(identifier: schema).schema_migrations (
                    name       text PRIMARY KEY,
                    checksum   text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now()
                )
                """)
        }
    }

    /// - Returns: nil when nothing is pending.
    private func applyNext() async throws -> String? {
        try await client.withTransaction { connection in
            try await lock(on: connection)
            let plan = try MigrationPlan(migrations, applied: try await applied(on: connection))
            guard let migration = plan.pending.first else { return nil }
            let path = SQLIdentifier.quoted(schema)
            try await connection.execute("SELECT set_config('search_path', \(path), true)")
            try await connection.executeScript(migration.sql)
            guard connection.sessionState == .inTransaction else {
                throw PostgresError(.migration, message: "migration \(migration.name) ended its transaction")
            }
            try await connection.execute(
                """
                INSERT INTO \(identifier: schema).schema_migrations (name, checksum)
                VALUES (\(migration.name), \(migration.checksum))
                """)
            logger.info("A migration is applied", metadata: ["schema": "\(schema)", "migration": "\(migration.name)"])
            return migration.name
        }
    }

    private func applied(on connection: PostgresConnection) async throws -> [MigrationPlan.Applied] {
        try await connection.query(
            "SELECT name, checksum FROM \(identifier: schema).schema_migrations ORDER BY name"
        ).map { row in
            MigrationPlan.Applied(name: try row.decode("name"), checksum: try row.decode("checksum"))
        }
    }

    /// Until the transaction ends nobody else migrates this schema. Waiting and migrating may take as long as they
    /// take.
    private func lock(on connection: PostgresConnection) async throws {
        try await connection.execute("SET LOCAL statement_timeout = 0")
        let name = "certforge.migrations.\(schema)"
        try await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(\(name), 0))")
    }
}
