package import Contracts
package import Messaging

extension InMemoryBroker: ConformanceBroker {
    package var publisher: any MessagePublisher { self }
    package var source: any MessageSource { self }

    package func declareExchange(_ name: ExchangeName) async throws {
        declareExchange(name, kind: .topic)
    }

    package func declareQueue(
        _ name: QueueName, boundTo exchange: ExchangeName, pattern: RoutingKey
    ) async throws {
        declareQueue(name, limit: nil)
        bind(name, to: exchange, pattern: pattern)
    }

    package func replaceQueue(
        _ name: QueueName, boundTo exchange: ExchangeName, pattern: RoutingKey
    ) async throws {
        forgetConsumers(of: name)
        deleteQueue(name)
        try await declareQueue(name, boundTo: exchange, pattern: pattern)
    }

    package func breakConnections() async throws {
        loseConnections()
    }
}
