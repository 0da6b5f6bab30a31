extension PostgresConfiguration {
    /// What libpq is to connect with: the connection string's own parameters, and ours where it is silent.
    ///
    /// Times and intervals are asked for in the forms that `TimestampText` and `IntervalText` read.
    var sessionParameters: [String: String] {
        var session = [
            "fallback_application_name": applicationName,
            // A server that vanished without a word is noticed within about a minute, with data under way within 15
            // s.
            "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "15000",
        ]
        session.merge(parameters) { _, given in given }
        session["client_encoding"] = "UTF8"
        let options = [parameters["options"]].compactMap { $0 } + settings.map { "-c \($0)=\(Self.escaped($1))" }
        session["options"] = options.joined(separator: " ")
        return session
    }

    private var settings: [(String, String)] {
        var settings = [
            ("DateStyle", "ISO"), ("TimeZone", "UTC"), ("IntervalStyle", "iso_8601"), ("bytea_output", "hex"),
            ("client_min_messages", "warning"),
        ]
        if let statementTimeout { settings.append(("statement_timeout", Self.milliseconds(statementTimeout))) }
        if let idleInTransactionTimeout {
            settings.append(("idle_in_transaction_session_timeout", Self.milliseconds(idleInTransactionTimeout)))
        }
        if let searchPath { settings.append(("search_path", searchPath)) }
        return settings
    }

    /// At least 1, because 0 means no limit to the server.
    private static func milliseconds(_ duration: Duration) -> String {
        String(max(1, Int64(duration / .milliseconds(1))))
    }

    /// Spaces separate options, and a backslash keeps one from doing so (PostgreSQL manual §34.1.2, `options`).
    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing(" ", with: "\\ ")
    }
}
