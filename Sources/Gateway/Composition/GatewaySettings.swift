import CertificationStore
import Foundation
import ServiceRuntime

/// The gateway's settings by the keys that an operator knows (README, Configuration).
struct GatewaySettings: Sendable {
    var databaseURL: String
    var databasePoolSize: Int
    var brokerURL: String
    var host: String
    var port: Int
    var bodyLimits: JSONRequest.Limits
    /// The most messages that may wait for the broker before new jobs are refused.
    var outboxLimit: Int
    /// After which a connection is closed on which nothing arrives.
    var idleTimeout: Duration
    var tokenSecret: String
    var tokenIssuer: String
    var tokenAudience: String
    /// Whether clients reach the gateway over TLS, which then ends in front of it.
    var isReachedOverTLS: Bool
    /// How many targets of one job may be on their way at once.
    var dispatchWindow: Int
    /// How long before its end a certificate is announced to end; longest first.
    var expiryNotices: [Duration]

    /// - Throws: a sentence that names the key that is missing or malformed.
    init(_ settings: ServiceSettings) throws(ConfigurationFailure) {
        databaseURL = try settings.text("DATABASE_URL", purpose: "the PostgreSQL database, postgres://user@host/name")
        databasePoolSize = try settings.integer("DATABASE_POOL_SIZE", default: 10, in: 1...200)
        brokerURL = try settings.text("RABBITMQ_URL", purpose: "the broker, amqp://user:password@host/vhost")
        host = try settings.text("HTTP_HOST", default: "127.0.0.1")
        port = try settings.integer("HTTP_PORT", default: 3000, in: 1...65_535)
        bodyLimits = JSONRequest.Limits(
            size: try settings.integer("HTTP_BODY_LIMIT", default: 1_048_576, in: 1_024...104_857_600),
            time: try settings.seconds("HTTP_BODY_TIMEOUT", default: 30, in: 1...3_600))
        outboxLimit = try settings.integer("OUTBOX_LIMIT", default: 100_000, in: 1...1_000_000)
        idleTimeout = try settings.seconds("HTTP_IDLE_TIMEOUT", default: 30, in: 1...3_600)
        tokenSecret = try settings.text("JWT_SECRET", purpose: "the key of the tokens, 32 characters or more")
        tokenIssuer = try settings.text("JWT_ISSUER", default: "certforge")
        tokenAudience = try settings.text("JWT_AUDIENCE", default: "certforge-api")
        isReachedOverTLS = try settings.text("PUBLIC_URL", default: "").lowercased().hasPrefix("https://")
        dispatchWindow = try settings.integer(
            "DISPATCH_WINDOW", default: CertificationStore.defaultDispatchWindow, in: 1...1_000_000)
        expiryNotices = try Self.expiryNotices(settings)
        guard tokenSecret.count >= TokenVerifier.shortestSecret else {
            throw ConfigurationFailure(
                key: "JWT_SECRET",
                problem: "has \(tokenSecret.count) characters; it must have at least \(TokenVerifier.shortestSecret)")
        }
    }

    /// Seconds, several of them separated by commas; 0 alone: no notice is given.
    private static func expiryNotices(_ settings: ServiceSettings) throws(ConfigurationFailure) -> [Duration] {
        let text = try settings.text("EXPIRY_NOTICE", default: "86400")
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Int($0.trimmingCharacters(in: .whitespaces))
        }
        if parts == [0] { return [] }
        let seconds = parts.compactMap(\.self).filter { (60...31_536_000).contains($0) }
        guard seconds.count == parts.count, !seconds.isEmpty else {
            throw ConfigurationFailure(
                key: "EXPIRY_NOTICE",
                problem:
                    "is '\(text)'; it must be seconds from 60 to 31536000, several separated by commas, or 0 for none")
        }
        return Set(seconds).sorted(by: >).map { .seconds($0) }
    }
}
