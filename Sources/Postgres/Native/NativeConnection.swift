import CLibPQ
import Glibc
import Logging

/// What a session can be used for.
enum SessionState: Sendable, Hashable {
    case idle
    case inTransaction
    /// Lost, closed, or in the middle of something that cannot be ended.
    case broken
}

/// The owner of one libpq connection. Its calls block; the actor that holds it makes them on its own executor, one at
/// a time.
final class NativeConnection {
    private let handle: OpaquePointer
    let cancelHandle: CancelHandle
    private let notices: NoticeLog
    private let answerTimeout: Duration?

    /// Takes ownership.
    fileprivate init(
        owning handle: OpaquePointer, cancelHandle: CancelHandle, notices: NoticeLog, answerTimeout: Duration?
    ) {
        self.handle = handle
        self.cancelHandle = cancelHandle
        self.notices = notices
        self.answerTimeout = answerTimeout
    }

    deinit { PQfinish(handle) }

    var state: SessionState {
        guard PQstatus(handle) == CONNECTION_OK else { return .broken }
        switch PQtransactionStatus(handle) {
        case PQTRANS_IDLE: return .idle
        case PQTRANS_INTRANS, PQTRANS_INERROR: return .inTransaction
        default: return .broken
        }
    }

    /// Executes one statement.
    func run(_ sql: String, binds: [PostgresValue?]) throws(PostgresError) -> StatementResult {
        let binds = try NativeBinds(binds)
        try Self.check(sql)
        try send(sql, binds)
        return try receive(by: answerDeadline)
    }

    /// Executes any number of statements without binds.
    func runScript(_ sql: String) throws(PostgresError) {
        try Self.check(sql)
        guard PQsendQuery(handle, sql) == 1 else { throw lost() }
        _ = try receive(by: nil)
    }

    private static func check(_ sql: String) throws(PostgresError) {
        guard !sql.utf8.contains(0) else { throw PostgresError(.encoding, message: "the SQL contains a NUL character") }
    }

    private func send(_ sql: String, _ binds: NativeBinds) throws(PostgresError) {
        let isSent = binds.values.withPointers { values in
            PQsendQueryParams(handle, sql, binds.count, binds.types, values, binds.lengths, binds.formats, 0)
        }
        guard isSent == 1 else { throw lost() }
    }

    private var answerDeadline: ContinuousClock.Instant? { answerTimeout.map { .now + $0 } }

    /// Returns once the next result can be read without waiting, or the connection is seen to be lost.
    ///
    /// - Throws: `connectionLost` when the deadline passes first. The session is then in the middle of a statement, which
    ///   counts as broken.
    private func awaitAnswer(by deadline: ContinuousClock.Instant?) throws(PostgresError) {
        guard let deadline else { return }
        while PQisBusy(handle) == 1 {
            guard SocketWait.wait(for: Int16(POLLIN), on: PQsocket(handle), until: deadline) else {
                throw PostgresError(.connectionLost, message: "the server did not answer in time")
            }
            guard PQconsumeInput(handle) == 1 else { return }
        }
    }

    /// Reads all that the server answers. Of several errors the first tells the reason: a server that ends the
    /// session says why, then libpq adds that the connection is gone.
    private func receive(by deadline: ContinuousClock.Instant?) throws(PostgresError) -> StatementResult {
        var last: StatementResult?
        var failure: PostgresError?
        try awaitAnswer(by: deadline)
        while let pointer = PQgetResult(handle) {
            let result = NativeResult(owning: pointer)
            do throws(PostgresError) {
                last = try outcome(of: result)
            } catch {
                failure = failure ?? error
                // The session is left in the midst of COPY, which counts as broken.
                if error.code == .decoding { break }
            }
            try awaitAnswer(by: deadline)
        }
        if let failure { throw classified(failure) }
        guard let last else { throw lost() }
        return last
    }

    private func outcome(of result: borrowing NativeResult) throws(PostgresError) -> StatementResult {
        switch result.status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            return result.copy()
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
            throw result.error()
        default:
            throw PostgresError(.decoding, message: "COPY is not supported")
        }
    }

    /// An error that ended the session is a lost connection, whatever the server said last.
    private func classified(_ error: PostgresError) -> PostgresError {
        guard PQstatus(handle) != CONNECTION_OK else { return error }
        var error = error
        error.code = .connectionLost
        return error
    }

    private func lost() -> PostgresError {
        PostgresError(.connectionLost, message: String(cString: PQerrorMessage(handle)).trimmed())
    }
}

// MARK: - Pipeline

extension NativeConnection {
    /// Executes all statements in one round trip. Outside a transaction they are one: all take effect, or none.
    func runPipeline(_ statements: [(sql: String, binds: [PostgresValue?])]) throws(PostgresError) -> [StatementResult]
    {
        var prepared: [(sql: String, binds: NativeBinds)] = []
        for statement in statements {
            try Self.check(statement.sql)
            prepared.append((statement.sql, try NativeBinds(statement.binds)))
        }
        guard PQenterPipelineMode(handle) == 1 else { throw lost() }
        for statement in prepared {
            try send(statement.sql, statement.binds)
        }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        let results = try receivePipeline(by: answerDeadline)
        guard PQexitPipelineMode(handle) == 1 else { throw lost() }
        return try results.get()
    }

    /// Reads up to the end of the pipeline, past an error, so that the session stays usable.
    private func receivePipeline(
        by deadline: ContinuousClock.Instant?
    ) throws(PostgresError) -> Result<[StatementResult], PostgresError> {
        var results: [StatementResult] = []
        var failure: PostgresError?
        while true {
            try awaitAnswer(by: deadline)
            guard let pointer = PQgetResult(handle) else {
                // Between two statements' results; after a lost connection nothing more comes.
                guard PQstatus(handle) == CONNECTION_OK else { return .failure(classified(failure ?? lost())) }
                continue
            }
            let result = NativeResult(owning: pointer)
            switch result.status {
            case PGRES_PIPELINE_SYNC:
                return failure.map { .failure($0) } ?? .success(results)
            case PGRES_PIPELINE_ABORTED:
                continue
            default:
                do throws(PostgresError) {
                    results.append(try outcome(of: result))
                } catch {
                    failure = failure ?? error
                }
            }
        }
    }
}

// MARK: - Notifications

extension NativeConnection {
    /// Blocks until a notification arrives.
    func waitForNotifications() throws(PostgresError) -> [PostgresNotification] {
        var notifications = pendingNotifications()
        while notifications.isEmpty {
            guard SocketWait.wait(for: Int16(POLLIN), on: PQsocket(handle), until: nil), PQconsumeInput(handle) == 1
            else {
                throw lost()
            }
            notifications = pendingNotifications()
        }
        return notifications
    }

    private func pendingNotifications() -> [PostgresNotification] {
        var notifications: [PostgresNotification] = []
        while let notification = PQnotifies(handle) {
            notifications.append(
                PostgresNotification(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra)))
            PQfreemem(notification)
        }
        return notifications
    }
}

// MARK: - Opening

extension NativeConnection {
    /// Opens a connection. Blocks, at most for `timeout` (name lookup excepted, which the resolver limits).
    ///
    /// - Throws: `connectionFailed`.
    static func open(
        _ parameters: [String: String], timeout: Duration, answerTimeout: Duration?, logger: Logger
    ) throws(PostgresError) -> NativeConnection {
        let pairs = parameters.sorted { $0.key < $1.key }
        let started = CStringBuffer(pairs.map(\.key)).withPointers { keywords in
            CStringBuffer(pairs.map(\.value)).withPointers { values in
                PQconnectStartParams(keywords + [nil], values + [nil], 0)
            }
        }
        guard let handle = started else {
            throw PostgresError(.connectionFailed, message: "out of memory")
        }
        do throws(PostgresError) {
            try finishOpening(handle, by: .now + timeout)
        } catch {
            PQfinish(handle)
            throw error
        }
        guard let cancelHandle = CancelHandle(connection: handle) else {
            PQfinish(handle)
            throw PostgresError(.connectionFailed, message: "out of memory")
        }
        let notices = NoticeLog(logger: logger)
        notices.install(on: handle)
        return NativeConnection(
            owning: handle, cancelHandle: cancelHandle, notices: notices, answerTimeout: answerTimeout)
    }

    private static func finishOpening(
        _ handle: OpaquePointer, by deadline: ContinuousClock.Instant
    ) throws(PostgresError) {
        var status = PQstatus(handle) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while status != PGRES_POLLING_OK {
            guard status != PGRES_POLLING_FAILED else {
                throw PostgresError(.connectionFailed, message: String(cString: PQerrorMessage(handle)).trimmed())
            }
            let events = Int16(status == PGRES_POLLING_READING ? POLLIN : POLLOUT)
            guard SocketWait.wait(for: events, on: PQsocket(handle), until: deadline) else {
                throw PostgresError(.connectionFailed, message: "the server did not answer in time")
            }
            status = PQconnectPoll(handle)
        }
    }
}

/// Logs what the server says beside its answers; libpq would write it to standard error.
private final class NoticeLog {
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// The connection keeps a plain pointer to this object: `NativeConnection` holds both and frees the connection
    /// first.
    func install(on handle: OpaquePointer) {
        _ = PQsetNoticeProcessor(
            handle,
            { context, message in
                guard let context, let message else { return }
                let log = Unmanaged<NoticeLog>.fromOpaque(context).takeUnretainedValue()
                log.logger.warning("PostgreSQL says", metadata: ["notice": "\(String(cString: message).trimmed())"])
            },
            // Not retained: the doc comment above says why this object outlives the connection.
            Unmanaged.passUnretained(self).toOpaque())
    }
}
