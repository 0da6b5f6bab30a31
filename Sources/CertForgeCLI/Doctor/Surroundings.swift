import CertificationStore
import Curl
import Logging
import Postgres
import ServiceRuntime

/// Where the doctor looks: made from the settings, connected on demand.
struct Surroundings: Sendable {
    let settings: ServiceSettings
    private let database: Result<PostgresClient, ConfigurationFailure>
    private let broker: Result<BrokerTarget, any Error>

    init(_ settings: ServiceSettings) {
        self.settings = settings
        database = Self.client(settings)
        broker = Result {
            try BrokerTarget(settings, timeouts: TransferTimeouts(connect: .seconds(3), total: .seconds(5)))
        }
    }

    /// - Throws: `ConfigurationFailure` when `RABBITMQ_MANAGEMENT_URL` is missing or malformed.
    func brokerTarget() throws -> BrokerTarget { try broker.get() }

    /// - Throws: `ConfigurationFailure` when `DATABASE_URL` is missing or malformed.
    func client() throws(ConfigurationFailure) -> PostgresClient { try database.get() }

    /// Rows of one statement.
    func query(_ statement: SQLStatement) async throws -> [PostgresRow] { try await client().query(statement) }

    /// Whether a table is there, for example `certification.workers`.
    func hasTable(_ name: String) async throws -> Bool {
        try await query("SELECT to_regclass(\(name)::text) IS NOT NULL AS exists").first?.decode(Bool.self, "exists")
            ?? false
    }

    /// Of all queues of the virtual host.
    func queues() async throws -> [BrokerState.Queue] {
        let target = try brokerTarget()
        return try await target.management.get("queues/\(target.virtualHost.pathSegment)", what: "list the queues")
    }

    private static func client(_ settings: ServiceSettings) -> Result<PostgresClient, ConfigurationFailure> {
        do throws(ConfigurationFailure) {
            let url = try settings.text("DATABASE_URL", purpose: "the database, as postgres://user:password@host/name")
            guard var configuration = try? PostgresConfiguration(url: url) else {
                throw ConfigurationFailure(key: "DATABASE_URL", problem: "is not a URL that can be used")
            }
            configuration.applicationName = "certforge doctor"
            configuration.poolSize = 4
            configuration.connectTimeout = .seconds(4)
            configuration.acquireTimeout = .seconds(6)
            configuration.statementTimeout = .seconds(5)
            var logger = Logger(label: "certforge")
            // What does not work is told as a finding.
            logger.logLevel = .critical
            return .success(PostgresClient(configuration: configuration, logger: logger))
        } catch {
            return .failure(error)
        }
    }
}
