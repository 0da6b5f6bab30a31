/// Why the database did not do what it was asked to.
package struct PostgresError: Error, Sendable, Hashable {
    /// The kind of trouble.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// The connection string or a setting is malformed.
        case configuration = "configuration"
        /// No connection could be opened.
        case connectionFailed = "connection-failed"
        /// The connection was lost; a statement under way may or may not have been executed.
        case connectionLost = "connection-lost"
        /// The connection was lost during COMMIT: the transaction may have been committed. Never retried by this
        /// module.
        case commitUnknown = "commit-unknown"
        /// COMMIT ended in a rollback, because an error of an earlier statement was ignored.
        case transactionAborted = "transaction-aborted"
        /// No connection became free within the pool's time limit.
        case poolTimeout = "pool-timeout"
        /// The client was closed.
        case closed = "closed"
        /// The server refused a statement; `sqlState` says why.
        case server = "server"
        /// A result is not what the caller wants to read.
        case decoding = "decoding"
        /// A value cannot be sent.
        case encoding = "encoding"
        /// The calling task was cancelled.
        case cancelled = "cancelled"
        /// The migrations at hand do not fit those that were applied.
        case migration = "migration"
    }

    package var code: Code
    /// Five characters (PostgreSQL manual, appendix A); nil unless the server sent it.
    package var sqlState: String?
    /// The name of the constraint that was violated.
    package var constraint: String?
    /// Everything that is known, including what the server said. It may quote data: for logs only.
    package var message: String
    /// The statement's text with `$1` in place of values.
    package var sql: String?

    package init(
        _ code: Code, message: String, sqlState: String? = nil, constraint: String? = nil, sql: String? = nil
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.constraint = constraint
        self.sql = sql
    }

    /// Whether the transaction lost against another one and would be expected to succeed when run again.
    package var isSerializationFailure: Bool {
        sqlState == "40001" || sqlState == "40P01"
    }

    /// Whether the whole unit of work may be expected to succeed later without a change. Not so for `commitUnknown`.
    package var isRetriable: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .poolTimeout: true
        case .server: isSerializationFailure || isServerTrouble
        case .configuration, .commitUnknown, .transactionAborted, .closed, .decoding, .encoding, .cancelled, .migration:
            false
        }
    }

    /// Whether the way to the server, not the statement, is the trouble.
    package var isConnectionTrouble: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .commitUnknown, .poolTimeout: true
        case .server: sqlState.map { $0.hasPrefix("08") || $0.hasPrefix("57P") || $0 == Self.readOnly } ?? false
        case .configuration, .transactionAborted, .closed, .decoding, .encoding, .cancelled, .migration: false
        }
    }

    /// What a server answers to a write while it is a standby, as after a failover.
    private static let readOnly = "25006"

    /// Lost connection, too few resources, operator intervention, statement timeout, lock timeout, a standby.
    private var isServerTrouble: Bool {
        guard let sqlState else { return false }
        return ["08", "53", "57"].contains { sqlState.hasPrefix($0) } || ["55P03", Self.readOnly].contains(sqlState)
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// Safe to show anyone: no data, no SQL, no addresses.
    package var description: String {
        var text = "database: \(code.rawValue)"
        if let sqlState { text += " (\(sqlState))" }
        return text
    }

    package var debugDescription: String {
        var text = "\(description): \(message)"
        if let constraint { text += " [constraint \(constraint)]" }
        if let sql { text += " [\(sql)]" }
        return text
    }
}
