import Contracts

/// Where a replay sends a letter to.
struct ReplayAddress: Sendable, Hashable {
    var exchange: ExchangeName
    var routingKey: RoutingKey

    private static let exchanges = Set(Topology.certForge.exchanges.map(\.name)).subtracting([.deadLetter, .unrouted])

    /// Why nobody would get the message, and what to do about it; nil when a queue is bound for it.
    var fault: String? {
        guard Self.exchanges.contains(exchange) else {
            let name = exchange.rawValue.isEmpty ? "is not known" : "'\(exchange)' is none of CertForge's"
            return "Its exchange \(name). Publish it by hand, or discard it."
        }
        let patterns = Topology.certForge.bindings.filter { $0.exchange == exchange }.map(\.pattern)
        guard !patterns.contains(where: { $0.matches(routingKey) }) else { return nil }
        return "No queue is bound to the exchange '\(exchange)' with the routing key '\(routingKey)'. "
            + "Edit the routing key to one of \(patterns.map { "'\($0)'" }.joined(separator: ", ")), or discard the letter."
    }
}
