import Foundation

extension AMQPConfiguration {
    /// Reads `amqp://user:password@host:port/virtual-host` or `amqps://…`.
    ///
    /// Everything may be percent-encoded; a missing or empty virtual host is `/`. The query may hold `heartbeat` (s),
    /// `connection_timeout` (ms), `cacertfile`, `certfile`, `keyfile` and `verify` (`verify_peer`, `verify_none`).
    /// Source: RabbitMQ URI Specification and URI Query Parameters.
    ///
    /// - Throws: `invalidConfiguration` with a sentence that says what is wrong and never repeats the password.
    package init(url: String) throws(AMQPError) {
        guard let components = URLComponents(string: url) else { throw Self.invalid("The AMQP URL cannot be read.") }
        let usesTLS =
            switch components.scheme?.lowercased() {
            case "amqp": false
            case "amqps": true
            default: throw Self.invalid("The AMQP URL must start with amqp:// or amqps://.")
            }
        let host = (components.host ?? "").trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        guard !host.isEmpty else { throw Self.invalid("The AMQP URL names no host.") }
        self.init(
            host: host, port: components.port ?? (usesTLS ? 5671 : 5672), user: components.user ?? "guest",
            password: components.password ?? "guest", virtualHost: try Self.virtualHost(components.percentEncodedPath),
            tls: usesTLS ? AMQPTLS() : nil)
        for item in components.queryItems ?? [] {
            try apply(item.name, item.value ?? "")
        }
    }

    private static func virtualHost(_ encodedPath: String) throws(AMQPError) -> String {
        let segment = encodedPath.dropFirst()
        guard !segment.contains("/"), let name = String(segment).removingPercentEncoding else {
            throw invalid("The virtual host of the AMQP URL must be one percent-encoded path segment.")
        }
        return name.isEmpty ? "/" : name
    }

    private mutating func apply(_ name: String, _ value: String) throws(AMQPError) {
        switch name {
        case "heartbeat":
            heartbeat = .seconds(try Self.number(value, of: name, in: 0...65_535))
        case "connection_timeout":
            connectTimeout = .milliseconds(try Self.number(value, of: name, in: 1...600_000))
        case "cacertfile":
            tls?.certificateAuthorityFile = value
        case "certfile":
            tls?.clientCertificateFile = value
        case "keyfile":
            tls?.clientKeyFile = value
        case "verify":
            guard value == "verify_peer" || value == "verify_none" else {
                throw Self.invalid("'verify' of the AMQP URL must be verify_peer or verify_none.")
            }
            tls?.verifiesPeer = value == "verify_peer"
        default:
            throw Self.invalid("The AMQP URL has a query parameter '\(name)' that is not known.")
        }
    }

    private static func number(
        _ text: String, of name: String, in range: ClosedRange<Int>
    ) throws(AMQPError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw invalid("'\(name)' of the AMQP URL must be between \(range.lowerBound) and \(range.upperBound).")
        }
        return number
    }

    private static func invalid(_ message: String) -> AMQPError { AMQPError(.invalidConfiguration, message: message) }
}
