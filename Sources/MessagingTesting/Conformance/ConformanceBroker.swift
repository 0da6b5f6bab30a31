package import Contracts
package import Messaging

/// What the conformance suite needs of a broker under test. Names are the suite's own, unique in each run.
package protocol ConformanceBroker: Sendable {
    var publisher: any MessagePublisher { get }
    var source: any MessageSource { get }

    /// Declares a topic exchange without an alternate.
    func declareExchange(_ name: ExchangeName) async throws

    /// Declares a queue of the kind that the product uses, bound to `exchange` for `pattern`.
    func declareQueue(_ name: QueueName, boundTo exchange: ExchangeName, pattern: RoutingKey) async throws

    /// Deletes a queue with its messages; consumers on it are cancelled by the broker.
    func deleteQueue(_ name: QueueName) async throws

    /// Deletes a queue with its messages and declares it again at once: its consumers may be left attached without
    /// deliveries and without being told.
    func replaceQueue(_ name: QueueName, boundTo exchange: ExchangeName, pattern: RoutingKey) async throws

    func deleteExchange(_ name: ExchangeName) async throws

    /// Cuts the connections, at least the consuming one; they may be opened again at once.
    func breakConnections() async throws
}
