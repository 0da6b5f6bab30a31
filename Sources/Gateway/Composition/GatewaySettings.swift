import Certificates
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
    /// What the list of revocations is signed with; nil when there is none.
    var signingKey: SigningKey?

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
        signingKey = try settings.optionalText("CERTIFICATE_SIGNING_KEY").map(Self.signingKey)
        guard tokenSecret.count >= TokenVerifier.shortestSecret else {
            throw ConfigurationFailure(
                key: "JWT_SECRET",
                problem: "has \(tokenSecret.count) characters; it must have at least \(TokenVerifier.shortestSecret)")
        }
    }

    private static func signingKey(_ text: String) throws(ConfigurationFailure) -> SigningKey {
        do {
            return try SigningKey(text: text)
        } catch {
            throw ConfigurationFailure(
                key: "CERTIFICATE_SIGNING_KEY",
                problem: "\(error.problem); 'certforge keys generate' makes one that can be used")
        }
    }
}
