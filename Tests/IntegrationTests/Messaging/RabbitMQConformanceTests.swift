import AMQP
import Contracts
import Foundation
import Messaging
import MessagingRabbitMQ
import MessagingTesting
import Testing

@Suite("RabbitMQ keeps the rules of messaging", .timeLimit(.minutes(2)))
struct RabbitMQConformanceTests {
    @Test("Conformance", arguments: MessagingConformance.allCases)
    func conformance(_ rule: MessagingConformance) async throws {
        try await RabbitMQUnderTest.with { try await rule.run(on: $0) }
    }
}

/// RabbitMQ behind a proxy that can cut its connections; exchanges and queues are made past the proxy.
private struct RabbitMQUnderTest: ConformanceBroker {
    private let broker: RabbitMQBroker
    private let control: AMQPConnection
    private let proxy: TCPProxy

    var publisher: any MessagePublisher { broker.publisher }
    var source: any MessageSource { broker.source }

    /// Lends a connected broker.
    static func with(_ body: (RabbitMQUnderTest) async throws -> Void) async throws {
        var url = try #require(URLComponents(string: try AMQPTestBroker.url()))
        let proxy = try TCPProxy(to: url.port ?? 5672)
        defer { proxy.close() }
        url.host = "127.0.0.1"
        url.port = proxy.port
        let broker = try RabbitMQBroker(
            url: try #require(url.string), connectionName: "conformance", logger: AMQPTestBroker.logger)
        try await AMQPTestBroker.withConnection { control in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await broker.run() }
                try await broker.waitUntilReady()
                try await body(RabbitMQUnderTest(broker: broker, control: control, proxy: proxy))
                group.cancelAll()
                try await group.waitForAll()
            }
        }
    }

    func declareExchange(_ name: ExchangeName) async throws {
        try await withChannel { channel in
            try await channel.declareExchange(AMQPExchangeDeclaration(name: name.rawValue, kind: .topic))
        }
    }

    func declareQueue(_ name: QueueName, boundTo exchange: ExchangeName, pattern: RoutingKey) async throws {
        try await withChannel { channel in
            _ = try await channel.declareQueue(
                AMQPQueueDeclaration(name: name.rawValue, arguments: ["x-queue-type": "quorum"]))
            try await channel.bindQueue(name.rawValue, to: exchange.rawValue, routingKey: pattern.rawValue)
        }
    }

    func deleteQueue(_ name: QueueName) async throws {
        try await withChannel { _ = try await $0.deleteQueue(name.rawValue) }
    }

    func replaceQueue(_ name: QueueName, boundTo exchange: ExchangeName, pattern: RoutingKey) async throws {
        try await deleteQueue(name)
        try await declareQueue(name, boundTo: exchange, pattern: pattern)
    }

    func deleteExchange(_ name: ExchangeName) async throws {
        try await withChannel { try await $0.deleteExchange(name.rawValue) }
    }

    func breakConnections() async throws {
        proxy.cut()
    }

    private func withChannel(_ body: (AMQPChannel) async throws -> Void) async throws {
        let channel = try await control.openChannel()
        do {
            try await body(channel)
        } catch {
            await channel.close()
            throw error
        }
        await channel.close()
    }
}
