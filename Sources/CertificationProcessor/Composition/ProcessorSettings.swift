import Certificates
import Certification
import CertificationStore
import Contracts
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
    var suites: SuiteCatalog
    /// Nil where the providers' file turns Bedrock off.
    var bedrock: BedrockConfiguration?
    /// Those beyond Bedrock, as the registry knows them.
    var providers: ProvidersFile
    /// How those of them are reached that are enabled.
    var compatible: [OpenAICompatibleConfiguration]
    /// Of all providers.
    var registry: ModelRegistry
    /// What certificates are signed with; nil leaves them unsigned.
    var signingKey: SigningKey?
    /// How often the control planes are asked for their models; zero: only when somebody wants it.
    var registrySyncInterval: Duration
    /// The regions that are asked: those built in, and the operator's.
    var registrySyncRegions: [Region]

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
        suites = try Self.suites(settings)
        providers = try Self.providers(settings)
        compatible = try providers.providers.filter(\.isEnabled).map { try $0.configuration(settings) }
        registry = try .bundled(with: providers)
        quotas = try Self.quotas(settings, registry: registry)
        bedrock = providers.isBedrockEnabled ? try Self.bedrock(settings) : nil
        signingKey = try Self.signingKey(settings)
        registrySyncInterval = try settings.seconds("REGISTRY_SYNC_INTERVAL", default: 86_400, in: 0...31_536_000)
        registrySyncRegions = try Self.regions(settings)
    }

    /// `REGISTRY_SYNC_REGIONS`: names of AWS's regions, separated by commas.
    private static func regions(_ settings: ServiceSettings) throws -> [Region] {
        var regions = try ModelRegistry.bundled().regions.map(\.id)
        let names = try settings.optionalText("REGISTRY_SYNC_REGIONS")?.split(separator: ",") ?? []
        for name in names.map({ $0.trimmingCharacters(in: .whitespaces) }) {
            // It becomes a part of a host's name.
            guard name.utf8.count <= 40, name.wholeMatch(of: /[a-z]{2}(-[a-z]+)+-[0-9]+/) != nil else {
                throw ConfigurationFailure(
                    key: "REGISTRY_SYNC_REGIONS",
                    problem: "must be names of AWS's regions separated by commas, as ca-central-1,sa-east-1")
            }
            if !regions.contains(Region(name)) { regions.append(Region(name)) }
        }
        return regions
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

    private static func signingKey(_ settings: ServiceSettings) throws -> SigningKey? {
        guard let text = try settings.optionalText("CERTIFICATE_SIGNING_KEY") else { return nil }
        do {
            return try SigningKey(text: text)
        } catch {
            throw ConfigurationFailure(
                key: "CERTIFICATE_SIGNING_KEY",
                problem: "\(error.problem); 'certforge keys generate' makes one that can be used")
        }
    }

    /// `LIMITS_FILE` names the file; `LIMITS` holds the same JSON itself.
    private static func quotas(_ settings: ServiceSettings, registry: ModelRegistry) throws -> DownstreamQuotas {
        guard let json = try settings.optionalText("LIMITS") else { return DownstreamQuotas() }
        do throws(LimitsFileError) {
            return try DownstreamQuotas(json: Data(json.utf8), registry: registry)
        } catch {
            throw ConfigurationFailure(key: "LIMITS_FILE", problem: "holds limits that cannot be used: \(error)")
        }
    }

    /// `SUITES_FOLDER` names the folder whose suites take the place of the built-in ones.
    private static func suites(_ settings: ServiceSettings) throws -> SuiteCatalog {
        do {
            return try SuiteCatalog.load(folder: try settings.optionalText("SUITES_FOLDER"))
        } catch let error as FileError {
            throw ConfigurationFailure(key: "SUITES_FOLDER", problem: "holds suites that cannot be used:\n\(error)")
        }
    }

    private static func bedrock(_ settings: ServiceSettings) throws -> BedrockConfiguration {
        do {
            return try BedrockConfiguration { try settings.optionalText($0) }
        } catch let error as BedrockSettingFault {
            // Bedrock is never turned off by a secret that is missing: its targets would end UNSUPPORTED for good.
            throw ConfigurationFailure(
                key: error.key,
                problem: "\(error.problem). Without Bedrock, write 'bedrock: {enabled: false}' into the PROVIDERS_FILE "
                    + "of gateway and processors")
        }
    }
}
