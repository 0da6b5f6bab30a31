import AMQP
import Contracts
import Foundation
import LocalSystem
import Logging
import Postgres

/// Faults of the broker and the database.
extension FaultInjector {
    func bounceBroker(_ fault: Fault, _ outcome: inout FaultOutcome) async throws {
        if fault.kind == .brokerKilled { try await servers.kill(.rabbitmq) } else { try await servers.stop(.rabbitmq) }
        try await Task.sleep(for: fault.pause)
        // The script also waits for the management's port, which the services do not.
        async let started: Void = servers.start(.rabbitmq)
        outcome.measuredFrom = try await opening(of: fleet.surroundings.brokerURL)
        let watch = ConsumerWatch(brokerURL: fleet.surroundings.brokerURL)
        let recovery = await Result(catching: { try await watch.awaitConsumers(within: Self.patience) })
        outcome.recovered = .now
        await watch.close()
        try await started
        try recovery.get()
    }

    func bounceDatabase(_ fault: Fault, _ outcome: inout FaultOutcome) async throws {
        if fault.kind == .databaseKilled {
            try await servers.kill(.postgres)
        } else {
            try await servers.stop(.postgres)
        }
        try await Task.sleep(for: fault.pause)
        async let started: Void = servers.start(.postgres)
        // A port that is open is not enough: a server that crashed first recovers, which is its own affair.
        outcome.measuredFrom = try await eventually(
            "the database answering", within: Self.patience, every: .milliseconds(20)
        ) {
            try await fleet.database.query("SELECT 1 AS alive").isEmpty ? nil : .now
        }
        let open = Date()
        try await started
        _ = try await eventually("a verdict after the database came back", within: Self.patience) {
            try await fleet.database.query(
                """
                SELECT 1 FROM certification.runs WHERE finished_at > \(open) AND status <> 'RETRYING' LIMIT 1
                """
            ).first == nil ? nil : true
        }
        outcome.recovered = .now
    }

    /// - Returns: when the port of the URL opened.
    private func opening(of url: String) async throws -> ContinuousClock.Instant {
        guard let port = Fleet.port(of: url) else { throw EndToEndFailure("A server's URL names no port.") }
        return try await eventually("port \(port) opening", within: Self.patience, every: .milliseconds(20)) {
            FreePort.isOpen(port) ? .now : nil
        }
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous call came to.
    init(catching body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}

/// Asks the broker itself how many consumers its queues have.
private actor ConsumerWatch {
    private let brokerURL: String
    private var connection: AMQPConnection?
    private var channel: AMQPChannel?

    init(brokerURL: String) {
        self.brokerURL = brokerURL
    }

    /// Returns when each request queue has a consumer.
    func awaitConsumers(within limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        var trouble = ""
        while ContinuousClock.now < deadline {
            do {
                if try await hasConsumers() { return }
                trouble = ""
            } catch {
                trouble = ": \(error)"
                await close()
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw EndToEndFailure("no consumer on each request queue within \(limit)\(trouble)")
    }

    private func hasConsumers() async throws -> Bool {
        let channel = try await openedChannel()
        for lane in Lane.allCases {
            let declaration = AMQPQueueDeclaration(name: QueueName.requests(lane).rawValue, passive: true)
            guard try await channel.declareQueue(declaration).consumerCount > 0 else { return false }
        }
        return true
    }

    func close() async {
        await connection?.close()
        connection = nil
        channel = nil
    }

    private func openedChannel() async throws -> AMQPChannel {
        if let channel { return channel }
        var configuration = try AMQPConfiguration(url: brokerURL)
        configuration.connectTimeout = .seconds(1)
        configuration.replyTimeout = .seconds(2)
        let connection = try await AMQPConnection.connect(
            configuration, logger: Logger(label: "chaos") { _ in SwiftLogNoOpLogHandler() })
        self.connection = connection
        let channel = try await connection.openChannel()
        self.channel = channel
        return channel
    }
}
