import Contracts
import Curl
import Logging
import Messaging
import MessagingPostgres
import MessagingRabbitMQ
import Postgres
import ServiceRuntime

/// The notifier: hears that jobs have finished and mails the outcome.
@main
struct NotifierProgram {
    static func main() async {
        await ServiceProcess(name: "notifier", healthPort: 3003, metricHelp: NotifierMetrics.help).run {
            settings, logger in
            try await compose(NotifierSettings(settings), logger)
        }
    }

    private static func compose(
        _ settings: NotifierSettings, _ logger: Logger
    ) async throws -> ServiceProcess.Composition {
        let client = PostgresClient(configuration: settings.database, logger: logger)
        let store = NotificationStore(client: client)
        try await store.migrate(logger: logger)
        let broker = try RabbitMQBroker(url: settings.brokerURL, connectionName: "notifier", logger: logger)
        let outbox = PostgresOutbox(client: client, schema: NotificationStore.schema, logger: logger)
        let relay = OutboxRelay(store: outbox, publisher: broker.publisher, logger: logger)
        let wakeUp = WakeUp()
        let health = MailServerHealth()
        let delivery = DeliveryService(
            store: store, composer: try MailComposer(from: settings.from, publicURL: settings.publicURL),
            engine: try CurlEngine(), server: settings.mailServer, wakeUp: wakeUp, health: health,
            metrics: NotifierMetrics(), configuration: settings.delivery, logger: logger)
        let gate = ConsumptionGate()
        let watch = DatabaseWatch(
            client: PostgresClient(configuration: settings.watchDatabase, logger: logger), gate: gate, logger: logger)
        let consumer = ConsumerService(
            source: broker.source, publisher: broker.publisher, scheduler: outbox,
            handler: EventHandler(
                store: store, wakeUp: wakeUp, mailDomain: settings.from.domain, logger: logger),
            configuration: ConsumerConfiguration(
                queue: .notifications, concurrency: 8, retryPolicy: settings.consumerRetry,
                drainTimeout: settings.drainTimeout),
            gate: gate, logger: logger)
        return ServiceProcess.Composition(
            services: [
                broker, relay, InboxRetention(client: client, schema: NotificationStore.schema, logger: logger),
                delivery,
                watch, consumer,
            ],
            healthChecks: NotifierHealth.checks(
                store: store, gate: gate, isConsuming: { consumer.isConsuming },
                publishingTrouble: { broker.publishingTrouble }, mail: health))
    }
}
