import Certificates
import Certification
import CertificationStore
import Contracts
import Curl
import Foundation
import Logging
import Messaging
import MessagingPostgres
import MessagingRabbitMQ
import ModelProviders
import Postgres
import ServiceLifecycle
import ServiceRuntime

/// Puts the processor together.
struct ProcessorComposition {
    private let settings: ProcessorSettings
    private let logger: Logger
    private let client: PostgresClient
    private let outbox: PostgresOutbox
    private let broker: RabbitMQBroker
    private let relay: OutboxRelay
    private let store: CertificationStore
    /// For renewals and the watch only, which must get through when all other connections are busy or hang.
    private let leaseClient: PostgresClient
    private let leaseStore: CertificationStore
    /// Closed while the database is out of reach.
    private let gate = ConsumptionGate()
    private let limitReporter: LimitReporter
    private let leases = LeaseTable()
    private let metrics = ProcessorMetrics()

    init(_ settings: ProcessorSettings, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        var database = settings.database.searching(CertificationStore.schema)
        database.applicationName = "certification-processor"
        client = PostgresClient(configuration: database, logger: logger)
        outbox = PostgresOutbox(client: client, schema: CertificationStore.schema, logger: logger)
        broker = try Self.broker(settings, logger: logger)
        relay = OutboxRelay(store: outbox, publisher: broker.publisher, logger: logger)
        store = CertificationStore(
            client: client, outbox: outbox, relay: relay, dispatchWindow: settings.dispatchWindow,
            signingKey: settings.signingKey, logger: logger)
        limitReporter = LimitReporter(store: store, logger: logger)
        leaseClient = PostgresClient(configuration: database.keepingLeases(), logger: logger)
        leaseStore = CertificationStore(client: leaseClient, outbox: outbox, relay: nil, logger: logger)
    }

    private static func broker(_ settings: ProcessorSettings, logger: Logger) throws -> RabbitMQBroker {
        do {
            return try RabbitMQBroker(
                url: settings.brokerURL, connectionName: "certification-processor", logger: logger)
        } catch {
            // The error's own words may quote a part of the password.
            throw ConfigurationFailure(
                key: "RABBITMQ_URL",
                problem: "is not a URL that the broker's client can read; it must be amqp:// or "
                    + "amqps://user:password@host:port/virtual-host with special characters percent-encoded")
        }
    }

    /// In the order of dependence: consumers are stopped first, while leases are still renewed and messages published.
    func composition() throws -> ServiceProcess.Composition {
        let attempts = AttemptSettings(
            owner: UUID(), timeLimit: settings.timeLimit, retry: RetryTiming(policy: settings.retryPolicy),
            softwareVersion: ServiceProcess.version)
        let keeper = keeper(attempts)
        let sweeper = Sweeper(store: store, metrics: metrics, logger: logger)
        let retention = InboxRetention(client: client, schema: CertificationStore.schema, logger: logger)
        let watch = DatabaseWatch(client: leaseClient, gate: gate, logger: logger)
        let limits = LimitWatch(store: store, metrics: metrics, logger: logger)
        let judge = try Judge.bundled()
        let handler = try handler(attempts, judge: judge)
        let consumers = Lane.allCases.map { consumer(of: $0, handler: handler) }
        return ServiceProcess.Composition(
            services: [
                SigningKeyPublication(store: store, hasKey: settings.signingKey != nil, logger: logger),
                RubricChanges(store: store, rubrics: judge.rubrics, logger: logger),
                broker, relay, keeper, sweeper, retention, limitReporter, limits, watch,
            ] + (try registrySyncs()) + [LaneConsumers(lanes: consumers)],
            healthChecks: healthChecks(consumers))
    }

    private func keeper(_ attempts: AttemptSettings) -> LeaseKeeper {
        let worker = WorkerIdentity(
            owner: attempts.owner, service: "certification-processor", host: ThisProcess.host,
            processID: ThisProcess.processID, version: ServiceProcess.version, lanes: Lane.allCases,
            concurrency: settings.concurrency)
        return LeaseKeeper(
            leases: leases, timing: attempts.lease, metrics: metrics, logger: logger,
            database: LeaseDatabase(leaseStore, worker: worker, leaseDuration: attempts.lease.duration))
    }

    /// None when there is no control plane to ask.
    private func registrySyncs() throws -> [any Service] {
        guard let plane = BedrockControlPlane(engine: try CurlEngine(), configuration: settings.bedrock) else {
            return []
        }
        return [
            RegistrySync(
                store: store, controlPlane: plane, regions: try ModelRegistry.bundled().regions.map(\.id),
                interval: settings.registrySyncInterval, logger: logger)
        ]
    }

    private func handler(_ attempts: AttemptSettings, judge: Judge) throws -> CertificationHandler {
        CertificationHandler(
            store: store, leases: leases, suspects: SuspectGate(), providers: try providers(),
            registry: settings.registry, suites: settings.suites, judge: judge,
            certificates: CertificateTermsSource(suites: settings.suites, registry: settings.registry),
            settings: attempts, gate: gate, metrics: metrics,
            admission: AdmissionPolicy(
                quotas: settings.quotas, registry: settings.registry, suites: settings.suites),
            reporter: limitReporter, logger: logger)
    }

    /// Each with an engine of its own, so that no provider waits for another's connections.
    private func providers() throws -> [ProviderID: any ModelProvider] {
        let bedrock = BedrockProvider(engine: try CurlEngine(), configuration: settings.bedrock)
        var providers: [ProviderID: any ModelProvider] = [bedrock.id: bedrock]
        for configuration in settings.compatible {
            providers[configuration.id] = OpenAICompatibleProvider(
                engine: try CurlEngine(), configuration: configuration)
        }
        return providers
    }

    private func consumer(
        of lane: Lane, handler: CertificationHandler
    ) -> ConsumerService<CertificationHandler> {
        ConsumerService(
            source: broker.source, publisher: broker.publisher, scheduler: outbox, handler: handler,
            configuration: ConsumerConfiguration(
                queue: .requests(lane), concurrency: settings.concurrency, retryPolicy: settings.retryPolicy,
                drainTimeout: settings.drainTimeout),
            gate: gate, logger: logger)
    }

    private func healthChecks(_ consumers: [ConsumerService<CertificationHandler>]) -> [HealthCheck] {
        let database = HealthCheck("database") { [client] in
            do {
                _ = try await client.query("SELECT 1 AS alive FROM certifications LIMIT 1")
                return .healthy()
            } catch {
                return .failed("\(error)")
            }
        }
        let lanes = HealthCheck("lanes") { [gate] in
            if let reason = gate.closureReason { return .failed("paused: \(reason)") }
            let consuming = consumers.count(where: \.isConsuming)
            return consuming == consumers.count
                ? .healthy() : .failed("\(consuming) of \(consumers.count) lanes are consumed")
        }
        let publishing = HealthCheck("broker") { [broker] in
            broker.publishingTrouble.map { .degraded($0) } ?? .healthy()
        }
        return [database, lanes, publishing, .circuits(store), .providers(settings.registry)]
    }
}

extension PostgresConfiguration {
    /// A few connections, because one that hangs must not keep the next renewal waiting. Normally one is opened, and one
    /// that hears of cancelled jobs.
    fileprivate func keepingLeases() -> PostgresConfiguration {
        var configuration = self
        configuration.applicationName = "certification-processor leases"
        configuration.poolSize = 3
        configuration.acquireTimeout = .seconds(2)
        configuration.connectTimeout = .seconds(2)
        configuration.statementTimeout = .milliseconds(2_500)
        return configuration
    }
}
