package import Logging

/// Brings a schema up to date. Any number of them may run at once: each migration is applied once.
package struct Migrator: Sendable {
    private let client: PostgresClient
    private let schema: String
    private let migrations: [Migration]
    private let patience: MigrationPatience
    private let logger: Logger

    /// - Parameters:
    ///   - client: its connections' role must own the schema, or may create it.
    ///   - schema: created when it is not there; the migrations' unqualified names belong to it.
    ///   - migrations: all of the schema's history, in order of name.
    ///   - patience: how long to wait for tables that are in use.
    ///   - logger: told of each migration that is applied, and of each wait.
    package init(
        client: PostgresClient, schema: String, migrations: [Migration],
        patience: MigrationPatience = MigrationPatience(), logger: Logger
    ) {
        self.client = client
        self.schema = schema
        self.migrations = migrations
        self.patience = patience
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

    /// Applies what is pending, each migration with `search_path` set to the schema, in a transaction of its own unless it
    /// says that it wants none.
    ///
    /// A table that is in use is waited for only briefly, since everyone else queues behind; then the migration is rolled
    /// back and tried again.
    ///
    /// - Returns: the names of those that this call applied.
    /// - Throws: as `pending` does; and what the server has against a migration, which is then rolled back.
    @discardableResult
    package func migrate() async throws -> [String] {
        _ = try await persisting { try await createTable() }
        var applied: [String] = []
        while true {
            switch try await persisting({ try await applyNext() }) {
            case .applied(let migration): applied.append(migration.name)
            case .wantsNoTransaction(let migration):
                let isOurs = try await persisting { try await applyOutsideTransaction(migration) }
                if isOurs { applied.append(migration.name) }
            case .upToDate: return applied
            }
        }
    }

    private enum Step: Sendable {
        case applied(Migration)
        case wantsNoTransaction(Migration)
        case upToDate
    }

    /// - Returns: nil when another migrator is at work.
    private func createTable() async throws -> Bool? {
        try await client.withTransaction { connection in
            guard try await lock(on: connection) else { return nil }
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
            return true
        }
    }

    /// - Returns: nil when another migrator is at work.
    private func applyNext() async throws -> Step? {
        try await client.withTransaction { connection in
            guard try await lock(on: connection) else { return nil }
            guard let migration = try await nextPending(on: connection) else { return .upToDate }
            guard migration.isTransactional else { return .wantsNoTransaction(migration) }
            let path = SQLIdentifier.quoted(schema)
            try await connection.execute("SELECT set_config('search_path', \(path), true)")
            try await connection.executeScript(migration.sql)
            guard connection.sessionState == .inTransaction else {
                throw PostgresError(.migration, message: "migration \(migration.name) ended its transaction")
            }
            try await note(migration, on: connection)
            return .applied(migration)
        }
    }

    // MARK: Outside a transaction

    /// Applies a migration whose statement cannot be undone by a rollback. Should it have been broken off before, it is
    /// repeated: what such a try left of an index is dropped first.
    ///
    /// - Returns: whether it was still to be done; nil when another migrator is at work.
    private func applyOutsideTransaction(_ migration: Migration) async throws -> Bool? {
        try await client.withConnection { connection in
            let rows = try await connection.query("SELECT pg_try_advisory_lock(\(fragment: lockKey)) AS locked")
            guard try rows.first?.decode(Bool.self, "locked") == true else { return nil }
            let outcome: Result<Bool, any Error>
            do {
                outcome = .success(try await apply(migration, underLockOn: connection))
            } catch {
                outcome = .failure(error)
            }
            await restore(connection)
            return try outcome.get()
        }
    }

    private func apply(_ migration: Migration, underLockOn connection: PostgresConnection) async throws -> Bool {
        guard try await nextPending(on: connection) == migration else { return false }
        try await connection.pipeline([
            // What builds without blocking has to wait for old transactions, as long as they take, and blocks nobody.
            "SET statement_timeout = 0", "SET lock_timeout = 0",
            "SELECT set_config('search_path', \(SQLIdentifier.quoted(schema)), false)",
        ])
        try await dropBrokenIndexes(of: migration, on: connection)
        try await connection.executeScript(migration.sql)
        try await note(migration, on: connection)
        return true
    }

    /// Gives the session back as it was, also when the task has been cancelled.
    private func restore(_ connection: PostgresConnection) async {
        let reset: [SQLStatement] = [
            "RESET statement_timeout", "RESET lock_timeout", "RESET search_path",
            "SELECT pg_advisory_unlock(\(fragment: lockKey))",
        ]
        do {
            // Unstructured, because a child would inherit the cancellation; it is awaited all the same.
            _ = try await Task { try await connection.pipeline(reset) }.value
        } catch {
            logger.warning("The lock on migrations goes with its session", metadata: ["error": "\(error)"])
            await connection.close()
        }
    }

    /// An index that was being built when its session ended stays, is kept up to date by every write, and serves no query.
    private func dropBrokenIndexes(of migration: Migration, on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            SELECT c.relname AS name FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
                JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE n.nspname = \(schema) AND NOT i.indisvalid
            """)
        for name in try rows.map({ try $0.decode(String.self, "name") }) where migration.names(name) {
            logger.warning("An index that was left unfinished is dropped", metadata: ["index": "\(name)"])
            try await connection.execute("DROP INDEX CONCURRENTLY \(identifier: schema).\(identifier: name)")
        }
    }

    // MARK: Shared

    private func nextPending(on connection: PostgresConnection) async throws -> Migration? {
        try MigrationPlan(migrations, applied: try await applied(on: connection)).pending.first
    }

    private func note(_ migration: Migration, on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            INSERT INTO \(identifier: schema).schema_migrations (name, checksum)
            VALUES (\(migration.name), \(migration.checksum))
            """)
        logger.info("A migration is applied", metadata: ["schema": "\(schema)", "migration": "\(migration.name)"])
    }

    private func applied(on connection: PostgresConnection) async throws -> [MigrationPlan.Applied] {
        try await connection.query(
            "SELECT name, checksum FROM \(identifier: schema).schema_migrations ORDER BY name"
        ).map { row in
            MigrationPlan.Applied(name: try row.decode("name"), checksum: try row.decode("checksum"))
        }
    }

    /// Until the transaction ends nobody else migrates this schema. Migrating may take as long as it takes; waiting for a
    /// table may not.
    ///
    /// - Returns: false when another migrator is at work. It is not waited for here: who builds an index without blocking
    ///   waits for every transaction, also for one that waits for it.
    private func lock(on connection: PostgresConnection) async throws -> Bool {
        let rows = try await connection.pipeline([
            "SET LOCAL statement_timeout = 0",
            "SELECT set_config('lock_timeout', \("\(Int(patience.lockTimeout / .milliseconds(1)))"), true)",
            "SELECT pg_try_advisory_xact_lock(\(fragment: lockKey)) AS locked",
        ])
        return try rows[2].first?.decode(Bool.self, "locked") ?? false
    }

    private var lockKey: SQLStatement { "hashtextextended(\("certforge.migrations.\(schema)"), 0)" }

    /// Repeats `work` while it finds another migrator at work (nil), or a table in use.
    private func persisting<Result: Sendable>(_ work: () async throws -> Result?) async throws -> Result {
        let deadline = ContinuousClock.now + patience.total
        var attempt = 0
        while true {
            do {
                if let result = try await work() { return result }
                try await pause(atLeast: .milliseconds(50))
            } catch let error as PostgresError where error.isLockTimeout {
                attempt += 1
                guard ContinuousClock.now < deadline else { throw patience.exhausted(error) }
                logger.warning(
                    "A table is in use; the migration was rolled back and is tried again",
                    metadata: ["schema": "\(schema)", "attempt": "\(attempt)"])
                try await pause(atLeast: patience.pause / 2)
            }
        }
    }

    private func pause(atLeast least: Duration) async throws {
        try await Task.sleep(for: least + .fullJitter(attempt: 1, base: patience.pause, cap: patience.pause))
    }
}
