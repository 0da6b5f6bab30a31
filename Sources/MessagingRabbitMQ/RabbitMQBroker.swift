import AMQP
package import Contracts
package import Logging
package import Messaging
package import Metrics
import ServiceLifecycle

/// RabbitMQ as CertForge uses it: one connection for publishing and one for consuming, both opened again when lost.
///
/// They are separate because a resource alarm makes the broker stop reading from connections that publish.
package struct RabbitMQBroker: Service {
    private let configuration: AMQPConfiguration
    private let publishing: ReconnectingConnection
    private let consuming: ReconnectingConnection
    private let logger: Logger
    private let metrics: BrokerMetrics

    /// Sends messages; without a connection every outcome is `connectionLost`.
    package let publisher: any MessagePublisher
    /// Consumes messages; without a connection subscribing throws.
    package let source: any MessageSource

    /// - Parameters:
    ///   - url: `amqp://` or `amqps://`.
    ///   - connectionName: shown in the broker's list of connections and sent as `app_id`, for example `gateway`.
    ///   - metrics: where `broker_connected` and `broker_connection_blocked` go.
    ///   - logger: told of every connection, loss and failed publish.
    /// - Throws: `AMQPError.invalidConfiguration` when the URL cannot be used.
    package init(
        url: String, connectionName: String, metrics: any MetricsFactory = MetricsSystem.factory, logger: Logger
    ) throws {
        var configuration = try AMQPConfiguration(url: url)
        configuration.connectionName = connectionName
        self.configuration = configuration
        self.logger = logger
        self.metrics = BrokerMetrics(factory: metrics)
        publishing = ReconnectingConnection(configuration.named("\(connectionName) publishing"), logger: logger)
        consuming = ReconnectingConnection(configuration.named("\(connectionName) consuming"), logger: logger)
        publisher = RabbitMQPublisher(publishing, appID: connectionName, logger: logger)
        source = RabbitMQSource(consuming)
    }

    /// Whether messages can be published right now.
    package var isPublisherReady: Bool { publishing.isConnected && !publishing.isBlocked }
    /// Whether there is a connection to consume on; whether a queue is being consumed, its consumer knows.
    package var isConsumerReady: Bool { consuming.isConnected }
    /// Whether a resource alarm of the broker holds publishes back.
    package var isBlocked: Bool { publishing.isBlocked }
    /// Why messages cannot be published right now, safe to show anyone; nil when they can.
    package var publishingTrouble: String? {
        if isBlocked { return "short of memory or disk; messages wait in the outbox" }
        return isPublisherReady ? nil : "not connected; messages wait in the outbox"
    }

    /// Waits until both connections are open, for as long as that takes.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func waitUntilReady() async throws {
        try await publishing.waitUntilConnected()
        try await consuming.waitUntilConnected()
    }

    /// Keeps both connections open until cancelled or gracefully shut down.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { await publishing.run() }
                group.addTask { await consuming.run() }
                group.addTask { await recordState() }
            }
        }
    }

    /// Read every second rather than on events: a lost connection is told of in several ways.
    private func recordState() async {
        repeat {
            metrics.record(
                publishing: publishing.isConnected, consuming: consuming.isConnected, isBlocked: publishing.isBlocked)
        } while (try? await Task.sleep(for: .seconds(1))) != nil
    }

    /// Creates what is missing of the exchanges, queues and bindings, over a connection of its own, so that it may be
    /// called before `run`. Policies are the broker's own configuration and are not touched.
    ///
    /// - Throws: `AMQPError.preconditionFailed` when something exists with other properties; connection errors.
    package func declare(_ topology: Topology) async throws {
        try await withChannel { channel in
            for exchange in topology.exchanges {
                try await channel.declareExchange(AMQPExchangeDeclaration(exchange, passive: false))
            }
            for queue in topology.queues {
                _ = try await channel.declareQueue(AMQPQueueDeclaration(queue, passive: false))
            }
            for binding in topology.bindings {
                try await channel.bindQueue(
                    binding.queue.rawValue, to: binding.exchange.rawValue, routingKey: binding.pattern.rawValue)
            }
        }
    }

    /// Checks that every exchange and queue exists. Bindings cannot be asked for over AMQP 0-9-1.
    ///
    /// - Throws: `AMQPError.notFound` naming the first that is missing; connection errors.
    package func check(_ topology: Topology) async throws {
        try await withChannel { channel in
            for exchange in topology.exchanges {
                try await channel.declareExchange(AMQPExchangeDeclaration(exchange, passive: true))
            }
            for queue in topology.queues {
                _ = try await channel.declareQueue(AMQPQueueDeclaration(queue, passive: true))
            }
        }
    }

    private func withChannel(_ body: (AMQPChannel) async throws -> Void) async throws {
        let connection = try await AMQPConnection.connect(
            configuration.named("\(configuration.connectionName) topology"), logger: logger)
        do {
            try await body(try await connection.openChannel())
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }
}

extension AMQPConfiguration {
    fileprivate func named(_ name: String) -> AMQPConfiguration {
        var copy = self
        copy.connectionName = name
        return copy
    }
}

extension AMQPExchangeDeclaration {
    fileprivate init(_ exchange: Topology.Exchange, passive: Bool) {
        let kind: Kind =
            switch exchange.kind {
            case .topic: .topic
            case .fanout: .fanout
            }
        self.init(name: exchange.name.rawValue, kind: kind, passive: passive)
    }
}

extension AMQPQueueDeclaration {
    fileprivate init(_ queue: Topology.Queue, passive: Bool) {
        self.init(name: queue.name.rawValue, arguments: ["x-queue-type": "quorum"], passive: passive)
    }
}
