package import Logging

/// A pool of connections to one database. They are opened on demand and replaced when they are lost.
package final class PostgresClient: Sendable {
    package let configuration: PostgresConfiguration
    let logger: Logger
    private let pool: ConnectionPool
    private let listeners = ListenerRegistry()

    package init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        pool = ConnectionPool(configuration: configuration, logger: logger)
    }

    /// Lends a connection. A transaction that `body` leaves open is rolled back.
    ///
    /// - Throws: what `body` throws; `poolTimeout`, `connectionFailed`, `closed`, `cancelled`.
    nonisolated(nonsending) package func withConnection<R: Sendable>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> R
    ) async throws -> R {
        let connection = try await pool.lease()
        do {
            let result = try await body(connection)
            await pool.giveBack(connection)
            return result
        } catch {
            await pool.giveBack(connection)
            throw error
        }
    }

    /// Runs `body` in a transaction: COMMIT when it returns, ROLLBACK when it throws.
    ///
    /// When the transaction lost against another one (SQLSTATE 40001, 40P01) the whole body runs again after a pause.
    /// For that the `PostgresError` must leave `body` as it is.
    ///
    /// - Parameters:
    ///   - isolation: how much it sees of other transactions.
    ///   - attempts: how often `body` is run at most, from 1.
    ///   - body: the statements. It must not begin or end transactions itself.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; `commitUnknown` when the connection was lost during COMMIT; `cancelled`.
    nonisolated(nonsending) package func withTransaction<R: Sendable>(
        isolation: TransactionIsolation = .readCommitted, attempts: Int = 3,
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> R
    ) async throws -> R {
        var attempt = 1
        while true {
            do {
                return try await runTransaction(isolation, body)
            } catch let error as PostgresError where error.isSerializationFailure && attempt < attempts {
                logger.info(
                    "A transaction lost against another one and runs again",
                    metadata: ["attempt": "\(attempt)", "sqlstate": "\(error.sqlState ?? "")"])
                try await pause(after: attempt)
                attempt += 1
            }
        }
    }

    private func pause(after attempt: Int) async throws {
        do {
            try await Task.sleep(for: .fullJitter(attempt: attempt, base: .milliseconds(10), cap: .milliseconds(500)))
        } catch {
            throw PostgresError(.cancelled, message: "cancelled before the transaction could run again")
        }
    }

    nonisolated(nonsending) private func runTransaction<R: Sendable>(
        _ isolation: TransactionIsolation, _ body: nonisolated(nonsending) (PostgresConnection) async throws -> R
    ) async throws -> R {
        let connection = try await begin(isolation)
        do {
            let result = try await body(connection)
            try await connection.commit()
            await pool.giveBack(connection)
            return result
        } catch {
            // Rolls back what is still open.
            await pool.giveBack(connection)
            throw error
        }
    }

    /// A BEGIN that fails with its connection has done nothing: another connection gets a try.
    private func begin(_ isolation: TransactionIsolation) async throws -> PostgresConnection {
        let connection = try await pool.lease()
        do {
            try await connection.begin(isolation)
            return connection
        } catch  where error.code == .connectionLost {
            logger.info("A database connection was lost at BEGIN", metadata: ["error": "\(error.debugDescription)"])
            await pool.giveBack(connection)
        } catch {
            await pool.giveBack(connection)
            throw error
        }
        let other = try await pool.lease()
        do {
            try await other.begin(isolation)
            return other
        } catch {
            await pool.giveBack(other)
            throw error
        }
    }

    /// Executes one statement on a pooled connection and returns its rows.
    package func query(_ statement: SQLStatement) async throws -> [PostgresRow] {
        try await withConnection { try await $0.query(statement) }
    }

    /// Executes one statement on a pooled connection and returns how many rows it touched.
    @discardableResult
    package func execute(_ statement: SQLStatement) async throws -> Int {
        try await withConnection { try await $0.execute(statement) }
    }

    /// Listens to a channel on a connection of its own until the consumer stops or the client is closed.
    ///
    /// After each connect and reconnect it yields an element with an empty payload, because what was sent before is
    /// lost. A consumer that falls 1,000 notifications behind loses the oldest.
    package func listen(to channel: String) -> AsyncStream<PostgresNotification> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: PostgresNotification.self, bufferingPolicy: .bufferingNewest(1_000))
        let listener = NotificationListener(
            channel: channel, configuration: configuration, logger: logger, continuation: continuation)
        let registration = listeners.add {
            // A stream has no task of its own; this one ends with the stream's consumer or with the client.
            Task { await listener.run() }
        }
        continuation.onTermination = { [listeners] _ in listeners.cancel(registration) }
        return stream
    }

    /// Closes idle connections now and lent ones as they come back. Streams of notifications end; callers are
    /// refused.
    package func close() async {
        listeners.close()
        await pool.close()
    }
}
