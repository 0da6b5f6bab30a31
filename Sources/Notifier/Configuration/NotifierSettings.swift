import AMQP
import Curl
import Foundation
import Messaging
import Postgres
import ServiceRuntime

/// What the notifier is told by its operator.
struct NotifierSettings: Sendable {
    var database: PostgresConfiguration
    var brokerURL: String
    var mailServer: SMTPServer
    var from: MailAddress
    /// Without a slash at its end.
    var publicURL: String
    var delivery = DeliveryService.Configuration()
    var consumerRetry = RetryPolicy(maxAttempts: 10, base: .seconds(1), cap: .seconds(60))
    var drainTimeout: Duration

    /// For the watch, which must get through when all other connections are busy or hang. Normally one is opened.
    var watchDatabase: PostgresConfiguration {
        var configuration = database
        configuration.applicationName = "notifier watch"
        configuration.poolSize = 2
        configuration.acquireTimeout = .seconds(3)
        configuration.connectTimeout = .seconds(3)
        configuration.statementTimeout = .seconds(4)
        return configuration
    }

    /// - Throws: `ConfigurationFailure` naming the key that is missing or malformed.
    init(_ settings: ServiceSettings) throws(ConfigurationFailure) {
        database = try Self.database(settings)
        brokerURL = try Self.brokerURL(settings)
        mailServer = try Self.mailServer(settings)
        let sender = try settings.text("MAIL_FROM", purpose: "the sender, such as CertForge <certforge@example.org>")
        guard let from = MailAddress(sender) else {
            throw ConfigurationFailure(key: "MAIL_FROM", problem: "is '\(sender)', which is no ASCII mail address")
        }
        self.from = from
        publicURL = try Self.publicURL(settings)
        delivery.concurrency = try settings.integer("NOTIFIER_CONCURRENCY", default: 4, in: 1...64)
        delivery.policy.retry = RetryPolicy(
            maxAttempts: try settings.integer("NOTIFIER_MAX_ATTEMPTS", default: 3, in: 1...20),
            base: try settings.seconds("NOTIFIER_RETRY_BASE", default: 30, in: 0...3_600),
            cap: try settings.seconds("NOTIFIER_RETRY_CAP", default: 600, in: 0...86_400))
        drainTimeout = try settings.seconds("DRAIN_TIMEOUT", default: 25, in: 1...3_600)
    }

    private static func database(_ settings: ServiceSettings) throws(ConfigurationFailure) -> PostgresConfiguration {
        let url = try settings.text(
            "DATABASE_URL", purpose: "the database's URL, such as postgres://user:password@host/certforge")
        do throws(PostgresError) {
            var configuration = try PostgresConfiguration(url: url)
            configuration.applicationName = "notifier"
            configuration.poolSize = 4
            return configuration
        } catch {
            throw ConfigurationFailure(key: "DATABASE_URL", problem: "cannot be used: \(error)")
        }
    }

    private static func brokerURL(_ settings: ServiceSettings) throws(ConfigurationFailure) -> String {
        let example = "amqp://user:password@host:5672/%2F"
        let url = try settings.text("RABBITMQ_URL", purpose: "the broker's URL, such as \(example)")
        do throws(AMQPError) {
            _ = try AMQPConfiguration(url: url)
            return url
        } catch {
            // The error's words quote parts of the URL, and what a slip of the pen makes of a password may be any part.
            throw ConfigurationFailure(
                key: "RABBITMQ_URL",
                problem: "is no broker's URL. It must look like \(example), with special characters percent-encoded")
        }
    }

    private static func mailServer(_ settings: ServiceSettings) throws(ConfigurationFailure) -> SMTPServer {
        let url = try settings.text("SMTP_URL", purpose: "the mail server's URL, such as smtp://user:password@host:587")
        do throws(CurlError) {
            return try SMTPServer(url: url)
        } catch {
            throw ConfigurationFailure(key: "SMTP_URL", problem: "cannot be used: \(error.detail)")
        }
    }

    private static func publicURL(_ settings: ServiceSettings) throws(ConfigurationFailure) -> String {
        let text = try settings.text("PUBLIC_URL", default: "http://127.0.0.1:3000")
        guard let url = URLComponents(string: text), ["http", "https"].contains(url.scheme ?? ""),
            url.host?.isEmpty == false,
            url.query == nil, url.fragment == nil, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != 0x22 })
        else {
            throw ConfigurationFailure(
                key: "PUBLIC_URL", problem: "is '\(text)', which is no http or https URL of a server")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
