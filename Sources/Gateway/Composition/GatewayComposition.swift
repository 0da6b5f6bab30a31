import Certification
import CertificationStore
import Contracts
import Foundation
import Hummingbird
import Logging
import Messaging
import MessagingPostgres
import MessagingRabbitMQ
import NIOCore
import Postgres
import ServiceLifecycle
import ServiceRuntime

/// Makes the gateway's parts and joins them.
struct GatewayComposition {
    private let settings: GatewaySettings
    private let logger: Logger

    init(settings: GatewaySettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// - Throws: `ConfigurationFailure` when a URL cannot be used.
    func compose() async throws -> ServiceProcess.Composition {
        let database = try database()
        let broker = try broker()
        let outbox = PostgresOutbox(
            client: database, schema: CertificationStore.schema,
            lagLimit: max(PostgresOutbox.lagLimit, settings.outboxLimit), logger: logger)
        // Measured often, because the bound of the outbox is as exact as this is.
        let relay = OutboxRelay(
            store: outbox, publisher: broker.publisher,
            configuration: OutboxRelayConfiguration(lagInterval: .seconds(1)),
            logger: logger)
        let room = OutboxRoom(limit: settings.outboxLimit) { relay.backlog }
        let store = CertificationStore(
            client: database, outbox: outbox, relay: relay, dispatchWindow: settings.dispatchWindow,
            signingKey: settings.signingKey, logger: logger)
        if settings.signingKey == nil {
            logger.notice("No CERTIFICATE_SIGNING_KEY is set; there will be no list of revocations")
        }
        let api = try await api(store: store, room: room)
        let (deadLetters, replays) = deadLetters(store: store, source: broker.source)
        return ServiceProcess.Composition(
            services: [
                DatabaseClosing(database: database), broker, relay, deadLetters, replays, scheduler(of: api),
                expiryNotices(of: api),
                server(of: api),
            ],
            healthChecks: [
                .database(database, logger: logger), .broker(broker), .circuits(store), .deadLetters(deadLetters),
                .outbox(room),
            ])
    }

    private func deadLetters(
        store: CertificationStore, source: any MessageSource
    ) -> (BatchConsumer, ReplayRunner) {
        let metrics = DeadLetterMetrics()
        let burial = LetterBurial(metrics: metrics, logger: logger) {
            try await store.bury($0, now: Date())
        }
        let consumer = BatchConsumer(source: source, queue: .deadLetter, prefetch: 100, logger: logger) {
            try await burial.store($0)
        }
        return (consumer, ReplayRunner(store: store, metrics: metrics, logger: logger))
    }

    private func database() throws(ConfigurationFailure) -> PostgresClient {
        do {
            var configuration = try PostgresConfiguration(url: settings.databaseURL)
            configuration.poolSize = settings.databasePoolSize
            configuration.applicationName = "certforge gateway"
            configuration.searchPath = CertificationStore.schema
            // A client that waits would rather be told to come again. Statements of the gateway take milliseconds.
            configuration.acquireTimeout = .seconds(2)
            configuration.connectTimeout = .seconds(2)
            // The server gives up a little earlier, so that statements whose caller has left do not pile up there.
            configuration.statementTimeout = .milliseconds(3_500)
            configuration.answerTimeout = .seconds(4)
            return PostgresClient(configuration: configuration, logger: logger)
        } catch {
            throw ConfigurationFailure(key: "DATABASE_URL", problem: "cannot be used (\(error))")
        }
    }

    private func broker() throws(ConfigurationFailure) -> RabbitMQBroker {
        do {
            return try RabbitMQBroker(url: settings.brokerURL, connectionName: "gateway", logger: logger)
        } catch {
            // The error's own words may quote a part of the password.
            throw ConfigurationFailure(
                key: "RABBITMQ_URL",
                problem: "is not a URL that the broker's client can read; it must be amqp:// or "
                    + "amqps://user:password@host:port/virtual-host with special characters percent-encoded")
        }
    }

    private func api(store: CertificationStore, room: OutboxRoom) async throws -> GatewayAPI {
        GatewayAPI(
            store: store, operations: store, registry: try .bundled(with: settings.providers),
            suites: settings.suites, rubrics: try .bundled(),
            costs: CostPolicy(
                prices: settings.prices, suites: settings.suites,
                estimator: CostEstimator(retryAllowance: settings.retryAllowance),
                confirmationThreshold: settings.confirmationThreshold),
            verifier: await TokenVerifier(
                secret: settings.tokenSecret, issuer: settings.tokenIssuer, audience: settings.tokenAudience,
                now: { Date() }),
            cursors: CursorSigner(secret: settings.tokenSecret), bodyLimits: settings.bodyLimits,
            isReachedOverTLS: settings.isReachedOverTLS, now: { Date() }, outboxRoom: room)
    }

    private func scheduler(of api: GatewayAPI) -> Scheduler {
        Scheduler(
            store: api.operations, planner: api.schedulePlanner, metrics: SchedulerMetrics(), room: api.outboxRoom,
            logger: logger)
    }

    private func expiryNotices(of api: GatewayAPI) -> ExpiryNotices {
        ExpiryNotices(
            store: api.operations, planner: api.schedulePlanner, notices: settings.expiryNotices, room: api.outboxRoom,
            logger: logger)
    }

    private func server(of api: GatewayAPI) -> some ApplicationProtocol {
        Application(
            router: api.router(),
            // The idle time bounds the wait for a whole head, for each part of a body and for the next request. A head
            // holds a token of 8 KiB and little else.
            server: .http1(
                configuration: .init(
                    idleTimeout: TimeAmount(settings.idleTimeout),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(address: .hostname(settings.host, port: settings.port)),
            logger: logger)
    }
}

/// Closes the database's connections when everything that uses them has stopped.
private struct DatabaseClosing: Service {
    let database: PostgresClient

    func run() async throws {
        try? await gracefulShutdown()
        await database.close()
    }
}
