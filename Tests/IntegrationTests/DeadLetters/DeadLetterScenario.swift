import CertificationStore
import Contracts
import Curl
import Foundation
import Logging
import Messaging
import MessagingPostgres
import MessagingRabbitMQ
import Metrics
import Postgres
import ServiceLifecycle
import Testing

@testable import CertificationProcessor
@testable import Gateway

/// A whole CertForge in miniature, on a schema and a virtual host of one test's own: outbox relay, processor, the
/// consumer of dead letters and the runner of replays.
struct DeadLetterScenario {
    let scenario: CertificationScenario
    let broker: RabbitMQBroker
    let store: CertificationStore
    let relay: OutboxRelay
    let model: ScriptedModel
    /// All that there are; none could be judged.
    let records: [CertificationRecord]
    private let handler: CertificationHandler

    static let cause = DeadLetterCause(.attemptsExhausted, error: "The target could not be judged.")

    /// Runs `body` while everything but the runner of replays runs.
    static func run(
        jobs: Int, of size: Int, _ steps: [ScriptedModel.Step] = [], _ body: (DeadLetterScenario) async throws -> Void
    ) async throws {
        try await VirtualHost.run { url in
            try await CertificationScenario.run { scenario in
                let broker = try RabbitMQBroker(url: url, connectionName: "letters", logger: PostgresScratch.logger)
                try await broker.declare(.certForge)
                let relay = OutboxRelay(
                    store: scenario.outbox, publisher: broker.publisher, logger: PostgresScratch.logger)
                let store = CertificationStore(
                    client: scenario.client, outbox: scenario.outbox, relay: relay, logger: PostgresScratch.logger)
                let handler = HandlerScenario(scenario, steps, maxAttempts: 1, store: store)
                let records = try await end(jobs: jobs, of: size, in: scenario)
                let letters = DeadLetterScenario(
                    scenario: scenario, broker: broker, store: store, relay: relay, model: handler.model,
                    records: records, handler: try handler.handler())
                try await letters.serving([broker, relay, letters.burying, letters.processor]) {
                    try await broker.waitUntilReady()
                    try await letters.bury()
                    try await body(letters)
                }
            }
        }
    }

    private var burying: BatchConsumer {
        let burial = LetterBurial(metrics: Self.metrics, logger: PostgresScratch.logger) {
            try await store.bury($0, now: Date())
        }
        return BatchConsumer(
            source: broker.source, queue: .deadLetter, prefetch: 100, logger: PostgresScratch.logger
        ) {
            try await burial.store($0)
        }
    }

    private var processor: some Service {
        ConsumerService(
            source: broker.source, publisher: broker.publisher, scheduler: scenario.outbox, handler: handler,
            configuration: ConsumerConfiguration(queue: .requests(.normal), concurrency: 10),
            metrics: NOOPMetricsHandler.instance, logger: PostgresScratch.logger)
    }

    var runner: ReplayRunner {
        ReplayRunner(store: store, metrics: Self.metrics, logger: PostgresScratch.logger)
    }

    private static let metrics = DeadLetterMetrics(factory: NOOPMetricsHandler.instance)

    /// Runs services for as long as `body` runs.
    func serving(_ services: [any Service], _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(services: services, logger: PostgresScratch.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let result: Result<Void, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    /// Makes jobs whose certifications all ended `INCONCLUSIVE`. Nothing runs yet that would take their requests.
    private static func end(
        jobs: Int, of size: Int, in scenario: CertificationScenario
    ) async throws -> [CertificationRecord] {
        var records: [CertificationRecord] = []
        for _ in 0..<jobs {
            let models = (0..<size).map { ModelID("vendor.model-\($0)") }
            records += try await scenario.job(of: models).certifications
        }
        try await scenario.client.execute("DELETE FROM outbox")
        try await scenario.client.execute(
            "UPDATE certifications SET status = 'INCONCLUSIVE', attempts = 3, reason = 'As before.', finished_at = now()"
        )
        try await scenario.client.execute("UPDATE jobs SET status = 'FAILED', finished_at = now()")
        return records
    }

    /// Has the letters of all certifications come by the broker.
    private func bury() async throws {
        let started = ContinuousClock.now
        for start in stride(from: 0, to: records.count, by: 1_000) {
            let letters = try records[start..<min(start + 1_000, records.count)].map(letter)
            let outcomes = await broker.publisher.publish(letters)
            #expect(outcomes.allSatisfy { $0 == .confirmed })
        }
        try await waitUntil("all letters are stored", within: .seconds(60)) {
            try await scenario.count("dead_letters") == records.count
        }
        print("\(records.count) letters published and stored in \(ContinuousClock.now - started)")
    }

    func letter(_ record: CertificationRecord) throws -> OutgoingMessage {
        var request = try scenario.request(record, attempt: 3)
        request.id = MessageID()
        return DeadLetter.message(for: request, cause: Self.cause, now: scenario.start)
    }

    func start(
        _ plan: ReplayPlan, _ selection: ReplaySelection = .matching(DeadLetterFilter())
    ) async throws -> ReplayID {
        try await store.startReplay(of: selection, words: "a test", plan: plan, who: "ada", now: Date()).id
    }

    /// The replay once it is over and everything is known.
    func settled(_ id: ReplayID, within limit: Duration = .seconds(60)) async throws -> ReplayRecord {
        try await waitUntil("the replay is over", within: limit) {
            try await store.replay(id)?.isSettled == true
        }
        return try #require(try await store.replay(id))
    }

    func waitUntil(_ what: String, within limit: Duration, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + limit
        while try await !condition() {
            guard ContinuousClock.now < deadline else { throw Unexpected("\(what): not within \(limit)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

extension ReplayStart {
    /// The replay that was started.
    var id: ReplayID {
        get throws {
            guard case .started(let replay) = self else { throw Unexpected("no replay was started: \(self)") }
            return replay.id
        }
    }
}

extension IncomingMessage {
    /// A message as a queue would deliver it.
    init(delivering message: OutgoingMessage, from queue: QueueName) {
        self.init(
            queue: queue, exchange: message.exchange, routingKey: message.routingKey, id: message.id,
            correlationID: message.correlationID, typeName: message.type.name,
            schemaVersion: message.type.schemaVersion, contentType: nil, appID: nil, timestamp: message.createdAt,
            attempt: message.attempt, trace: message.trace, redelivered: false, body: message.body,
            headers: message.extraHeaders)
    }

    /// The dead letter that a consumer makes of the message.
    var buried: BuriedMessage {
        let letter = DeadLetter.message(for: self, cause: DeadLetterScenario.cause, now: Date())
        return BuriedMessage(IncomingMessage(delivering: letter, from: .deadLetter))
    }
}

/// A virtual host of one test's own on the test broker.
enum VirtualHost {
    static func run(_ body: (_ url: String) async throws -> Void) async throws {
        let name = "test-" + UUID().uuidString.lowercased()
        var url = try #require(URLComponents(string: try AMQPTestBroker.url()))
        #expect(try await call(.put, "vhosts/\(name)") == 201)
        let everything = Data(#"{"configure":".*","write":".*","read":".*"}"#.utf8)
        // 204 when the broker gives whoever makes a virtual host its permissions.
        #expect([201, 204].contains(try await call(.put, "permissions/\(name)/\(url.user ?? "")", everything)))
        url.path = "/\(name)"
        let result: Result<Void, any Error>
        do { result = .success(try await body(try #require(url.string))) } catch { result = .failure(error) }
        #expect(try await call(.delete, "vhosts/\(name)") == 204)
        try result.get()
    }

    private static func call(_ method: HTTPRequest.Method, _ path: String, _ body: Data = Data()) async throws -> Int {
        let text = try #require(
            ProcessInfo.processInfo.environment["TEST_RABBITMQ_MANAGEMENT_URL"],
            "TEST_RABBITMQ_MANAGEMENT_URL must be http://user:password@host:port")
        var parts = try #require(URLComponents(string: text))
        var headers = HTTPHeaders()
        let credentials = "\(parts.user ?? ""):\(parts.password ?? "")"
        headers.append("Authorization", "Basic " + Data(credentials.utf8).base64EncodedString())
        headers.append("Content-Type", "application/json")
        (parts.user, parts.password) = (nil, nil)
        let address = "\(parts.string ?? "")/api/\(path)"
        return try await CurlEngine().send(
            HTTPRequest(method: method, url: address, headers: headers, body: body)
        ).status
    }
}
