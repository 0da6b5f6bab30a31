import AWSWire
import Certification
import CertificationStore
import Foundation
import Messaging
import ModelProviders
import Postgres
import ServiceRuntime

/// The processor's settings, checked.
struct ProcessorSettings: Sendable {
    var database: PostgresConfiguration
    var brokerURL: String
    /// How many certifications run at once in each lane.
    var concurrency: Int
    /// For one attempt.
    var timeLimit: Duration
    var retryPolicy: RetryPolicy
    var drainTimeout: Duration
    /// How many targets of one job may be on their way at once.
    var dispatchWindow: Int
    var quotas: DownstreamQuotas
    var bedrock: BedrockConfiguration
    /// How often the control planes are asked for their models; zero: only when somebody wants it.
    var registrySyncInterval: Duration

    init(_ settings: ServiceSettings) throws {
        concurrency = try settings.integer("CERTIFICATION_CONCURRENCY", default: 5, in: 1...1_000)
        database = try Self.database(settings, concurrency: concurrency)
        brokerURL = try settings.text(
            "RABBITMQ_URL", purpose: "the broker's URL, for example amqp://user:password@localhost:5672/")
        timeLimit = try settings.seconds("CERTIFICATION_TIMEOUT", default: 300, in: 1...86_400)
        retryPolicy = RetryPolicy(
            maxAttempts: try settings.integer("CERTIFICATION_MAX_ATTEMPTS", default: 3, in: 1...20),
            base: try settings.seconds("CERTIFICATION_RETRY_BASE", default: 2, in: 0...3_600),
            cap: try settings.seconds("CERTIFICATION_RETRY_CAP", default: 60, in: 0...86_400))
        drainTimeout = try settings.seconds("DRAIN_TIMEOUT", default: 25, in: 1...3_600)
        dispatchWindow = try settings.integer(
            "DISPATCH_WINDOW", default: CertificationStore.defaultDispatchWindow, in: 1...1_000_000)
        quotas = try Self.quotas(settings)
        bedrock = try Self.bedrock(settings)
        registrySyncInterval = try settings.seconds("REGISTRY_SYNC_INTERVAL", default: 86_400, in: 0...31_536_000)
    }

    /// An attempt needs a connection for milliseconds now and then, so one for each certification of a lane is plenty.
    private static func database(
        _ settings: ServiceSettings, concurrency: Int
    ) throws -> PostgresConfiguration {
        let url = try settings.text(
            "DATABASE_URL", purpose: "the database's URL, for example postgres://certforge@localhost/certforge")
        let poolSize = try settings.integer("DATABASE_POOL_SIZE", default: min(max(10, concurrency), 50), in: 1...200)
        do {
            var database = try PostgresConfiguration(url: url)
            database.poolSize = poolSize
            return database
        } catch {
            // The error's own words may quote the password.
            throw ConfigurationFailure(key: "DATABASE_URL", problem: "is not a URL that PostgreSQL's client can read")
        }
    }

    /// `LIMITS_FILE` names the file; `LIMITS` holds the same JSON itself.
    private static func quotas(_ settings: ServiceSettings) throws -> DownstreamQuotas {
        guard let json = try settings.optionalText("LIMITS") else { return DownstreamQuotas() }
        do {
            return try DownstreamQuotas(json: Data(json.utf8), registry: try .bundled())
        } catch let error as LimitsFileError {
            throw ConfigurationFailure(key: "LIMITS_FILE", problem: "holds limits that cannot be used: \(error)")
        }
    }

    private static func bedrock(_ settings: ServiceSettings) throws -> BedrockConfiguration {
        let credentials = AWSCredentials(
            accessKeyID: try settings.text("AWS_ACCESS_KEY_ID", purpose: "the access key that calls Bedrock"),
            secretAccessKey: try settings.text("AWS_SECRET_ACCESS_KEY", purpose: "the secret of AWS_ACCESS_KEY_ID"),
            sessionToken: try settings.optionalText("AWS_SESSION_TOKEN"))
        var configuration = BedrockConfiguration(credentials: credentials)
        let runtime = try endpoint(settings, keys: ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL"])
        let control = try endpoint(settings, keys: ["AWS_ENDPOINT_URL_BEDROCK", "AWS_ENDPOINT_URL"])
        configuration.endpoint = runtime ?? .aws
        // Who puts something in the runtime's place does not mean AWS to be asked about it.
        configuration.controlEndpoint = control ?? (runtime == nil ? .awsControlPlane : nil)
        return configuration
    }

    /// The first of the settings that is there.
    private static func endpoint(_ settings: ServiceSettings, keys: [String]) throws -> BedrockEndpoint? {
        for key in keys {
            guard let url = try settings.optionalText(key) else { continue }
            do {
                return try BedrockEndpoint(url: url)
            } catch {
                // The error's own words quote the URL, which may hold a password.
                throw ConfigurationFailure(
                    key: key, problem: "is not an http or https URL without user, query and fragment")
            }
        }
        return nil
    }
}
