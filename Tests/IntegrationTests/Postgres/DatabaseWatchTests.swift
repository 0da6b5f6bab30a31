import Contracts
import Foundation
import Messaging
import MessagingPostgres
import MessagingTesting
import Postgres
import ServiceLifecycle
import Testing

@Suite("Watching the database", .timeLimit(.minutes(2)))
struct DatabaseWatchTests {
    enum Trouble: String, CaseIterable {
        /// Nothing listens, as while the server restarts.
        case refused
        /// Connections stay open and nothing comes, as behind a broken network.
        case frozen
    }

    @Test("The gate closes while the database is out of reach and opens when it is back", arguments: Trouble.allCases)
    func outage(_ trouble: Trouble) async throws {
        let url = try Self.url()
        let proxy = try TCPProxy(to: url.port ?? 5432)
        defer { proxy.close() }
        let gate = ConsumptionGate()
        try await watching(through: proxy, gate) {
            try await Self.wait(for: "the watch has asked") { proxy.connectionCount > 0 }
            #expect(gate.isOpen)
            switch trouble {
            case .refused: proxy.refuse(true)
            case .frozen: proxy.stall()
            }
            try await Self.wait(for: "the gate closes") { !gate.isOpen }
            #expect(gate.closureReason == "the database is out of reach")
            guard trouble == .refused else { return }
            proxy.refuse(false)
            try await Self.wait(for: "the gate opens") { gate.isOpen }
        }
    }

    @Test("A lost connection that is followed by another closes nothing")
    func hiccup() async throws {
        let url = try Self.url()
        let proxy = try TCPProxy(to: url.port ?? 5432)
        defer { proxy.close() }
        let gate = ConsumptionGate()
        let closures = Journal<ConsumptionGate.State>()
        try await watching(through: proxy, gate) {
            try await Self.wait(for: "the watch has asked") { proxy.connectionCount > 0 }
            let noting = Task { for await state in gate.states() { closures.append(state) } }
            proxy.cut()
            try await Self.wait(for: "the watch has connected again") { proxy.connectionCount > 1 }
            noting.cancel()
        }
        #expect(closures.entries == [.open])
    }

    @Test("A consumer whose handler needs the database loses nothing and counts no attempt over an outage")
    func consumer() async throws {
        let url = try Self.url()
        let proxy = try TCPProxy(to: url.port ?? 5432)
        defer { proxy.close() }
        let client = PostgresClient(
            configuration: try Self.configuration(through: proxy), logger: PostgresScratch.logger)
        let broker = InMemoryBroker()
        broker.declareQueue("probes")
        let gate = ConsumptionGate()
        let deliveries = Journal<IncomingMessage>()
        let handled = Journal<Int>()
        let handler = ProbeHandler { probe, message in
            deliveries.append(message)
            do {
                try await client.execute("SELECT 1")
            } catch {
                throw GiveBack("\(error)")
            }
            handled.append(probe.number)
            return .done
        }
        let outbox = InMemoryOutbox()
        let consumer = ConsumerService(
            source: broker, publisher: broker, scheduler: outbox, handler: handler,
            configuration: ConsumerConfiguration(queue: "probes", concurrency: 4), gate: gate,
            logger: PostgresScratch.logger)
        try await watching(through: proxy, gate, with: [consumer]) {
            try await Self.send(0..<20, to: broker)
            try await handled.wait(for: "work is done") { $0.count == 20 }
            proxy.refuse(true)
            try await Self.send(20..<100, to: broker)
            try await Self.wait(for: "the consumer pauses") { !gate.isOpen && !consumer.isConsuming }
            try await Self.wait(for: "everything has gone back") { broker.messages(in: "probes").count == 80 }
            proxy.refuse(false)
            try await handled.wait(for: "the rest is done", within: .seconds(60)) { $0.count == 100 }
            #expect(consumer.isConsuming)
        }
        #expect(Set(handled.entries) == Set(0..<100))
        #expect(deliveries.entries.allSatisfy { $0.attempt == 1 })
        #expect(outbox.messages.isEmpty)
        let times = Dictionary(grouping: deliveries.entries, by: \.id).values.map(\.count).max() ?? 0
        #expect(times <= 5)
        await client.close()
    }

    private static func send(_ numbers: Range<Int>, to broker: InMemoryBroker) async throws {
        let messages = try numbers.map { number in
            var message = try OutgoingMessage(Probe(number), trace: nil, now: Date())
            message.routingKey = "probes"
            return message
        }
        let outcomes = await broker.publish(messages)
        #expect(outcomes.allSatisfy { $0 == .confirmed })
    }

    private func watching(
        through proxy: TCPProxy, _ gate: ConsumptionGate, with others: [any Service] = [],
        while body: () async throws -> Void
    ) async throws {
        let client = PostgresClient(
            configuration: try Self.configuration(through: proxy), logger: PostgresScratch.logger)
        let watch = DatabaseWatch(client: client, gate: gate, logger: PostgresScratch.logger)
        let group = ServiceGroup(services: [watch] + others, logger: PostgresScratch.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        proxy.close()
        await client.close()
    }

    private static func url() throws -> URLComponents {
        let text = try #require(
            ProcessInfo.processInfo.environment["TEST_DATABASE_URL"], "TEST_DATABASE_URL must name a PostgreSQL server")
        return try #require(URLComponents(string: text))
    }

    private static func configuration(through proxy: TCPProxy) throws -> PostgresConfiguration {
        var url = try url()
        url.host = "127.0.0.1"
        url.port = proxy.port
        var configuration = try PostgresConfiguration(url: try #require(url.string))
        configuration.poolSize = 3
        configuration.acquireTimeout = .seconds(3)
        configuration.connectTimeout = .seconds(3)
        configuration.statementTimeout = .seconds(4)
        return configuration
    }

    private static func wait(
        for expectation: String, _ condition: @escaping @Sendable () async -> Bool
    ) async throws {
        try await withDeadline(.seconds(60), for: expectation) {
            while await !condition() { try await ContinuousClock().sleep(for: .milliseconds(10)) }
        }
    }
}
