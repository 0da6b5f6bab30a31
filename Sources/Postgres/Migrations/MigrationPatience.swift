/// How long migrations wait for tables that are in use.
package struct MigrationPatience: Sendable, Hashable {
    /// For one lock. Everyone who wants the table queues behind the one who waits for it, so that this is how long a
    /// migration may stop a service. Above 0.
    package var lockTimeout: Duration
    /// Between two tries, about: time for those who queued to catch up.
    package var pause: Duration
    /// For all tries of one migration together.
    package var total: Duration

    package init(
        lockTimeout: Duration = .seconds(2), pause: Duration = .seconds(2), total: Duration = .seconds(300)
    ) {
        self.lockTimeout = lockTimeout
        self.pause = pause
        self.total = total
    }

    /// What to say when a table was never free.
    func exhausted(_ error: PostgresError) -> PostgresError {
        var error = error
        error.message = """
            A table was in use for \(Int(total / .seconds(1))) s, so that a migration could not change it; nothing is \
            changed by it. End the oldest transactions (pg_stat_activity, xact_start), then migrate again. \
            \(error.message)
            """
        return error
    }
}

extension PostgresError {
    /// `lock_not_available`.
    var isLockTimeout: Bool { sqlState == "55P03" }
}
