import Certificates
import Certification
import CertificationStore
import Contracts
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
    var suites: SuiteCatalog
    var prices: PriceTable
    /// A job that may cost more has to be confirmed.
    var confirmationThreshold: Money
    /// How often every call may be made again at worst.
    var retryAllowance: Int
    /// Those beyond Bedrock.
    var providers: ProvidersFile
    /// What the list of revocations is signed with; nil when there is none.
    var signingKey: SigningKey?
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
        suites = try Self.suites(settings)
        providers = try Self.providers(settings)
        prices = try Self.prices(settings, of: providers)
        confirmationThreshold = try Self.threshold(settings)
        retryAllowance = try settings.integer("CERTIFICATION_MAX_ATTEMPTS", default: 3, in: 1...20) - 1
        signingKey = try settings.optionalText("CERTIFICATE_SIGNING_KEY").map(Self.signingKey)
        expiryNotices = try Self.expiryNotices(settings)
        guard tokenSecret.count >= TokenVerifier.shortestSecret else {
            throw ConfigurationFailure(
                key: "JWT_SECRET",
                problem: "has \(tokenSecret.count) characters; it must have at least \(TokenVerifier.shortestSecret)")
        }
    }

    /// `SUITES_FOLDER` names the folder whose suites take the place of the built-in ones.
    private static func suites(_ settings: ServiceSettings) throws(ConfigurationFailure) -> SuiteCatalog {
        let folder = try settings.optionalText("SUITES_FOLDER")
        do throws(FileError) {
            return try SuiteCatalog.load(folder: folder)
        } catch {
            throw ConfigurationFailure(key: "SUITES_FOLDER", problem: "holds suites that cannot be used:\n\(error)")
        }
    }

    /// `PRICES_FILE` names the file; `PRICES` holds the same YAML itself. Its rows win over the bundled ones.
    private static func prices(
        _ settings: ServiceSettings, of providers: ProvidersFile
    ) throws(ConfigurationFailure) -> PriceTable {
        do {
            let bundled = try PriceTable.bundled()
            guard let yaml = try settings.optionalText("PRICES") else { return bundled }
            let source = try settings.optionalText("PRICES_FILE") ?? "PRICES"
            return bundled.adding(try PriceFile(yaml: yaml, file: source, registry: .bundled(with: providers)))
        } catch let failure as ConfigurationFailure {
            throw failure
        } catch {
            throw ConfigurationFailure(
                key: "PRICES_FILE", problem: "holds prices that cannot be used:\n\(error)")
        }
    }

    private static func threshold(_ settings: ServiceSettings) throws(ConfigurationFailure) -> Money {
        let text = try settings.text("COST_CONFIRMATION_THRESHOLD", default: CostPolicy.defaultThreshold.decimal)
        if let amount = Money(text) { return amount }
        throw ConfigurationFailure(
            key: "COST_CONFIRMATION_THRESHOLD", problem: "must be an amount of dollars, for example 10 or 2.50")
    }

    /// `PROVIDERS_FILE` names the file; `PROVIDERS` holds the same YAML itself. The gateway needs no keys.
    private static func providers(_ settings: ServiceSettings) throws(ConfigurationFailure) -> ProvidersFile {
        guard let yaml = try settings.optionalText("PROVIDERS") else { return ProvidersFile() }
        let source = try settings.optionalText("PROVIDERS_FILE") ?? "PROVIDERS"
        do throws(FileError) {
            return try ProvidersFile(yaml: yaml, file: source)
        } catch {
            throw ConfigurationFailure(key: "PROVIDERS_FILE", problem: "cannot be used:\n\(error)")
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
