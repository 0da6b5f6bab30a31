/// Where a broker is and how to talk to it.
package struct AMQPConfiguration: Sendable {
    package var host: String
    package var port: Int
    package var user: String
    package var password: String
    package var virtualHost: String
    /// Nil: plain TCP.
    package var tls: AMQPTLS?
    /// Shown in the broker's list of connections.
    package var connectionName = "certforge"
    /// How often either side must be heard, in whole seconds from 1; the broker may lower it. Zero turns it off.
    package var heartbeat: Duration = .seconds(10)
    /// For the TCP connection and again for the handshake.
    package var connectTimeout: Duration = .seconds(5)
    /// How long the broker may take no data before the connection counts as lost.
    package var writeTimeout: Duration = .seconds(15)
    /// How long a request such as declaring a queue may stay unanswered before the connection counts as lost.
    package var replyTimeout: Duration = .seconds(20)
    /// How long a published message may stay unconfirmed before its caller is told that its fate is unknown.
    package var confirmTimeout: Duration = .seconds(30)

    package init(
        host: String, port: Int = 5672, user: String, password: String, virtualHost: String = "/", tls: AMQPTLS? = nil
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.virtualHost = virtualHost
        self.tls = tls
    }
}

/// How a TLS connection is secured.
package struct AMQPTLS: Sendable, Hashable {
    /// Certificates to trust, a PEM file; nil for the system's.
    package var certificateAuthorityFile: String?
    /// The client's own certificate and key, PEM files; nil for none.
    package var clientCertificateFile: String?
    package var clientKeyFile: String?
    /// Whether the broker's certificate and host name are checked.
    package var verifiesPeer = true

    package init() {}

    /// Where Debian, Ubuntu and Alpine keep the system's certificates; librabbitmq 0.11 has no call for the default.
    static let systemCertificates = "/etc/ssl/certs/ca-certificates.crt"
}
