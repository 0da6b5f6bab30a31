import Logging
import NativeBridge
import Synchronization

/// One session with the server, lent by `PostgresClient`. Its calls run one after the other on a thread of their own.
///
/// Cancelling the task cancels the statement on the server; the call then throws `PostgresError.Code.cancelled`.
package actor PostgresConnection {
    private nonisolated let executor: SerialQueueExecutor
    private nonisolated let cancelHandle: CancelHandle
    private nonisolated let session = Mutex(SessionState.idle)
    private nonisolated let logger: Logger
    /// Nil once closed.
    private var native: NativeConnection?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init(owning native: sending NativeConnection, on executor: SerialQueueExecutor, logger: Logger) {
        cancelHandle = native.cancelHandle
        self.native = native
        self.executor = executor
        self.logger = logger
    }

    /// Opens a session.
    ///
    /// - Throws: `connectionFailed`.
    static func open(
        _ configuration: PostgresConfiguration, logger: Logger
    ) async throws(PostgresError) -> PostgresConnection {
        let executor = SerialQueueExecutor(label: "certforge.postgres.connection")
        let native = try await ConnectionOpener(executor: executor).open(configuration, logger: logger)
        return PostgresConnection(owning: native, on: executor, logger: logger)
    }

    // MARK: Statements

    /// Executes a statement and returns its rows.
    package func query(_ statement: SQLStatement) async throws -> [PostgresRow] {
        try await run(statement).rows
    }

    /// Executes a statement and returns how many rows it inserted, changed, deleted or selected.
    @discardableResult
    package func execute(_ statement: SQLStatement) async throws -> Int {
        try await run(statement).affectedRows
    }

    /// Executes all statements in one round trip and returns the rows of each. An error of one fails the call.
    ///
    /// Outside a transaction the statements are one: all take effect, or none.
    @discardableResult
    package func pipeline(_ statements: [SQLStatement]) async throws -> [[PostgresRow]] {
        guard !statements.isEmpty else { return [] }
        let texts = statements.map { (sql: $0.sql, binds: $0.binds) }
        let results = try await cancellable(sql: texts.map(\.sql).joined(separator: "; ")) {
            native throws(PostgresError) in try native.runPipeline(texts)
        }
        return results.map(\.rows)
    }

    /// Executes several statements without binds; for migrations only.
    package func executeScript(_ sql: String) async throws {
        try await cancellable(sql: "(script)") { native throws(PostgresError) in try native.runScript(sql) }
    }

    private func run(_ statement: SQLStatement) async throws -> StatementResult {
        let sql = statement.sql
        return try await cancellable(sql: sql) { native throws(PostgresError) in
            try native.run(sql, binds: statement.binds)
        }
    }

    /// Waits until a notification arrives on a channel that the session listens to.
    func nextNotifications() async throws -> [PostgresNotification] {
        try await cancellable(.connection, sql: "(waiting for notifications)") { native throws(PostgresError) in
            try native.waitForNotifications()
        }
    }

    // MARK: Transactions

    /// Not cancellable: it takes no time, and a cancelled one would leave the session in doubt.
    func begin(_ isolation: TransactionIsolation) throws(PostgresError) {
        try control("BEGIN ISOLATION LEVEL \(isolation.rawValue)")
    }

    /// - Throws: `commitUnknown` when the connection was lost meanwhile, `transactionAborted` when the server rolled
    ///   back.
    func commit() throws(PostgresError) {
        guard sessionState != .broken else {
            throw PostgresError(.connectionLost, message: "the connection was lost before COMMIT", sql: "COMMIT")
        }
        do throws(PostgresError) {
            let result = try control("COMMIT")
            guard result.commandTag == "COMMIT" else {
                throw PostgresError(
                    .transactionAborted, message: "COMMIT rolled back, because an earlier statement had failed")
            }
        } catch var error {
            if error.code == .connectionLost { error.code = .commitUnknown }
            throw error
        }
    }

    func rollback() throws(PostgresError) {
        try control("ROLLBACK")
    }

    @discardableResult
    private func control(_ sql: String) throws(PostgresError) -> StatementResult {
        let cancellation = StatementCancellation(.statement, logger: logger)
        return try perform(cancellation, sql: sql) { native throws(PostgresError) in
            try native.run(sql, binds: [])
        }
    }

    // MARK: Lifecycle

    /// What the session can be used for, as of the end of the last call.
    nonisolated var sessionState: SessionState { session.withLock { $0 } }

    /// Whether an idle session, which nobody else uses now, has heard nothing from the server. It costs one `poll`.
    nonisolated var isQuiet: Bool { sessionState == .idle && cancelHandle.isQuiet }

    func close() {
        native = nil
        session.withLock { $0 = .broken }
    }

    private func cancellable<Result: Sendable>(
        _ means: StatementCancellation.Means = .statement, sql: String,
        _ body: (NativeConnection) throws(PostgresError) -> Result
    ) async throws -> Result {
        let cancellation = StatementCancellation(means, logger: logger)
        return try await withTaskCancellationHandler {
            try perform(cancellation, sql: sql, body)
        } onCancel: {
            cancellation.cancel()
        }
    }

    private func perform<Result: Sendable>(
        _ cancellation: StatementCancellation, sql: String, _ body: (NativeConnection) throws(PostgresError) -> Result
    ) throws(PostgresError) -> Result {
        guard let native else { throw PostgresError(.closed, message: "the connection is closed", sql: sql) }
        guard cancellation.start(native.cancelHandle) else {
            throw PostgresError(.cancelled, message: "cancelled before it was sent", sql: sql)
        }
        let outcome: Swift.Result<Result, PostgresError>
        do { outcome = .success(try body(native)) } catch { outcome = .failure(error) }
        let wasCancelled = cancellation.finish()
        session.withLock { $0 = native.state }
        switch outcome {
        case .success(let result): return result
        case .failure(var error):
            if wasCancelled, error.sqlState == Self.queryCanceled || error.code == .connectionLost {
                error.code = .cancelled
            }
            error.sql = sql
            throw error
        }
    }

    private static let queryCanceled = "57014"
}

/// Opens a session on the executor that it will live on.
private actor ConnectionOpener {
    private nonisolated let executor: SerialQueueExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(executor: SerialQueueExecutor) {
        self.executor = executor
    }

    func open(
        _ configuration: PostgresConfiguration, logger: Logger
    ) throws(PostgresError) -> sending NativeConnection {
        try NativeConnection.open(
            configuration.sessionParameters, timeout: configuration.connectTimeout,
            answerTimeout: configuration.answerTimeout, logger: logger)
    }
}
