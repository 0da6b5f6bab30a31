import Contracts
import Foundation
import Messaging

/// The in-memory broker as a value: exchanges, queues that hand out in order and take back to their place, consumers.
struct BrokerState {
    struct Exchange {
        var kind: Topology.Exchange.Kind
        var alternate: ExchangeName?
        var bindings: [Binding] = []
    }

    struct Binding {
        var queue: QueueName
        var pattern: RoutingKey
    }

    struct Stored {
        /// Its place in the queue.
        var number: Int
        var message: IncomingMessage
    }

    struct Queue {
        var limit: Int?
        var deadLetterExchange: ExchangeName?
        var ready: [Stored] = []
        /// In the order in which they are served next.
        var consumers: [Int] = []
    }

    struct Consumer {
        var queue: QueueName
        var prefetch: Int
        var isCancelled = false
        var unsettled: [Int: Stored] = [:]
        /// Hands over the message; its number names it when it is settled.
        var deliver: (IncomingMessage, Int) -> Void
        /// No more comes.
        var end: () -> Void
    }

    private(set) var exchanges: [ExchangeName: Exchange] = [:]
    private(set) var queues: [QueueName: Queue] = [:]
    private(set) var consumers: [Int: Consumer] = [:]
    private var lastNumber = 0

    // MARK: Topology

    mutating func declareExchange(_ name: ExchangeName, _ exchange: Exchange) {
        if exchanges[name] == nil { exchanges[name] = exchange }
    }

    mutating func deleteExchange(_ name: ExchangeName) {
        exchanges[name] = nil
    }

    mutating func declareQueue(_ name: QueueName, _ queue: Queue) {
        if queues[name] == nil { queues[name] = queue }
    }

    mutating func bind(_ binding: Binding, to exchange: ExchangeName) {
        exchanges[exchange]?.bindings.append(binding)
    }

    /// Its consumers are cancelled from the server's side.
    mutating func deleteQueue(_ name: QueueName) {
        cancelConsumers(of: name)
        queues[name] = nil
        for exchange in exchanges.keys {
            exchanges[exchange]?.bindings.removeAll { $0.queue == name }
        }
    }

    // MARK: Publishing

    mutating func publish(_ message: IncomingMessage, mandatory: Bool) -> PublishOutcome {
        guard let names = route(message.exchange, message.routingKey) else {
            return .returned(code: 404, text: "NOT_FOUND")
        }
        guard !names.isEmpty else {
            return mandatory ? .returned(code: 312, text: "NO_ROUTE") : .confirmed
        }
        var outcome = PublishOutcome.confirmed
        for name in names.sorted() {
            guard let queue = queues[name] else { continue }
            if let limit = queue.limit, queue.ready.count >= limit {
                outcome = .nacked
                continue
            }
            lastNumber += 1
            var stored = Stored(number: lastNumber, message: message)
            stored.message.queue = name
            queues[name]?.ready.append(stored)
            handOut(name)
        }
        return outcome
    }

    /// - Returns: nil when there is no such exchange.
    private func route(_ name: ExchangeName, _ key: RoutingKey) -> Set<QueueName>? {
        if name.rawValue.isEmpty {
            return Set([QueueName(key.rawValue)].filter { queues[$0] != nil })
        }
        guard let exchange = exchanges[name] else { return nil }
        let matching = exchange.bindings.filter { exchange.kind == .fanout || $0.pattern.matches(key) }
        if matching.isEmpty, let alternate = exchange.alternate { return route(alternate, key) }
        return Set(matching.map(\.queue))
    }

    // MARK: Consuming

    mutating func addConsumer(_ consumer: Consumer, key: Int) {
        consumers[key] = consumer
        queues[consumer.queue]?.consumers.append(key)
        handOut(consumer.queue)
    }

    /// - Returns: false when the consumer is gone, or the message was settled before.
    mutating func settle(_ number: Int, of key: Int, as settlement: Delivery.Settlement) -> Bool {
        guard let name = consumers[key]?.queue,
            let stored = consumers[key]?.unsettled.removeValue(forKey: number)
        else { return false }
        switch settlement {
        case .ack: break
        case .requeue: takeBack(stored, to: name)
        case .reject: deadLetter(stored, from: name)
        }
        handOut(name)
        return true
    }

    mutating func cancel(_ key: Int) {
        guard let name = consumers[key]?.queue else { return }
        queues[name]?.consumers.removeAll { $0 == key }
        consumers[key]?.isCancelled = true
        consumers[key]?.end()
    }

    mutating func cancelConsumers(of name: QueueName) {
        for key in queues[name]?.consumers ?? [] { cancel(key) }
    }

    /// Leaves its consumers attached without a word and without deliveries.
    mutating func forgetConsumers(of name: QueueName) {
        queues[name]?.consumers = []
    }

    func state(of name: QueueName) -> QueueState {
        guard let queue = queues[name] else { return .missing }
        return .present(ready: queue.ready.count, consumers: queue.consumers.count)
    }

    /// Takes back what the consumer had not settled.
    mutating func close(_ key: Int) {
        cancel(key)
        guard let consumer = consumers.removeValue(forKey: key) else { return }
        for stored in consumer.unsettled.values { takeBack(stored, to: consumer.queue) }
        handOut(consumer.queue)
    }

    mutating func closeAll() {
        for key in consumers.keys.sorted() { close(key) }
    }

    private mutating func takeBack(_ stored: Stored, to name: QueueName) {
        var stored = stored
        stored.message.redelivered = true
        guard let ready = queues[name]?.ready else { return }
        let place = ready.firstIndex { $0.number > stored.number } ?? ready.endIndex
        queues[name]?.ready.insert(stored, at: place)
    }

    private mutating func deadLetter(_ stored: Stored, from name: QueueName) {
        guard let exchange = queues[name]?.deadLetterExchange else { return }
        var message = stored.message
        message.exchange = exchange
        message.redelivered = false
        _ = publish(message, mandatory: false)
    }

    private mutating func handOut(_ name: QueueName) {
        while let stored = queues[name]?.ready.first, let key = nextConsumer(of: name) {
            queues[name]?.ready.removeFirst()
            consumers[key]?.unsettled[stored.number] = stored
            consumers[key]?.deliver(stored.message, stored.number)
        }
    }

    /// Consumers with room take turns.
    private mutating func nextConsumer(of name: QueueName) -> Int? {
        let keys = queues[name]?.consumers ?? []
        guard let key = keys.first(where: { hasRoom($0) }) else { return nil }
        queues[name]?.consumers.removeAll { $0 == key }
        queues[name]?.consumers.append(key)
        return key
    }

    private func hasRoom(_ key: Int) -> Bool {
        guard let consumer = consumers[key] else { return false }
        return consumer.unsettled.count < consumer.prefetch
    }
}
