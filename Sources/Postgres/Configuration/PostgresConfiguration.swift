/// How to reach the database and how to behave there.
package struct PostgresConfiguration: Sendable, Hashable {
    /// The most connections that are open at once, from 1.
    package var poolSize = 10
    /// How long a caller waits for a free connection.
    package var acquireTimeout = Duration.seconds(5)
    /// How long opening a connection may take, name lookup, TLS and authentication included.
    package var connectTimeout = Duration.seconds(5)
    /// The server ends a statement that runs longer; nil leaves the server's own setting.
    package var statementTimeout: Duration? = .seconds(30)
    /// How long the server may be silent after a statement was sent. Then the connection is given up as lost: a server that
    /// hangs, or a network that swallows everything, ends nothing by itself. Must exceed `statementTimeout` to be of use as
    /// the last resort only; nil waits for ever.
    package var answerTimeout: Duration?
    /// The server ends a session that leaves a transaction open and idle for longer; nil leaves the server's own
    /// setting.
    package var idleInTransactionTimeout: Duration? = .seconds(60)
    /// Shown in `pg_stat_activity`.
    package var applicationName = "certforge"
    /// The schemas that unqualified names are looked up in, as SQL writes them; nil leaves the role's own setting.
    package var searchPath: String?

    /// What the connection string said, by libpq's keywords.
    let parameters: [String: String]

    /// - Parameter url: `postgres://` or `postgresql://` URL, or a libpq keyword string such as `host=db
    ///   dbname=certforge`. TLS is as `sslmode` in it says.
    /// - Throws: `configuration` when libpq cannot read it.
    package init(url: String) throws(PostgresError) {
        parameters = try ConnectionString.parameters(of: url)
    }

    /// The same settings with another `searchPath`.
    package func searching(_ path: String) -> PostgresConfiguration {
        var configuration = self
        configuration.searchPath = path
        return configuration
    }
}
