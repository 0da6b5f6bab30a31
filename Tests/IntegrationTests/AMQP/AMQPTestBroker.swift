import Foundation
import Logging

@testable import AMQP

/// The broker that the environment names, and what tests on it need.
enum AMQPTestBroker {
    struct MissingVariable: Error, CustomStringConvertible {
        var name: String
        var description: String { "\(name) must name a broker, for example amqp://user:password@127.0.0.1:5672/%2F" }
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func url() throws -> String {
        let name = "TEST_RABBITMQ_URL"
        guard let url = ProcessInfo.processInfo.environment[name] else { throw MissingVariable(name: name) }
        return url
    }

    static func configuration() throws -> AMQPConfiguration {
        var configuration = try AMQPConfiguration(url: try url())
        configuration.connectionName = "integration test"
        return configuration
    }

    /// A name that no other test uses.
    static func uniqueName(_ purpose: String) -> String { "test.\(purpose).\(UUID().uuidString.lowercased())" }

    /// Lends an open connection.
    static func withConnection<R>(
        _ configuration: AMQPConfiguration? = nil, _ body: (AMQPConnection) async throws -> R
    ) async throws -> R {
        let connection = try await AMQPConnection.connect(configuration ?? self.configuration(), logger: logger)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Lends a confirming channel and a queue that is deleted afterwards.
    static func withQueue<R>(
        arguments: AMQPTable = ["x-queue-type": "quorum"],
        _ body: (AMQPConnection, AMQPChannel, String) async throws -> R
    ) async throws -> R {
        let name = uniqueName("queue")
        return try await withConnection { connection in
            let channel = try await connection.openChannel()
            try await channel.selectConfirms()
            _ = try await channel.declareQueue(AMQPQueueDeclaration(name: name, arguments: arguments))
            do {
                let result = try await body(connection, channel, name)
                try await connection.openChannel().deleteQueue(name)
                return result
            } catch {
                try await connection.openChannel().deleteQueue(name)
                throw error
            }
        }
    }

    /// A message to one queue through the default exchange.
    static func publication(_ text: String, to queue: String) -> AMQPPublication {
        var properties = AMQPProperties()
        properties.deliveryMode = .persistent
        return AMQPPublication(
            AMQPMessage(body: Data(text.utf8), properties: properties), exchange: "", routingKey: queue)
    }
}

extension AMQPConnection {
    /// Waits until the connection is over.
    func waitForEnd() async -> AMQPError? {
        for await case .closed(let reason) in events { return reason }
        return closeReason
    }
}

extension AMQPDelivery {
    var text: String { String(decoding: message.body, as: UTF8.self) }
}
