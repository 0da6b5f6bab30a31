import Foundation
import Logging
import Testing

@testable import AMQP

@Suite("Reconnecting", .timeLimit(.minutes(1)))
struct ReconnectingConnectionTests {
    /// Waits for a connection other than `previous`.
    private func connection(
        of reconnecting: ReconnectingConnection, after previous: AMQPConnection? = nil
    ) async throws -> AMQPConnection {
        for await case .connected(let connection) in reconnecting.states() where connection !== previous {
            return connection
        }
        throw CancellationError()
    }

    @Test("A lost connection is opened again at once, and stopping closes it")
    func reconnects() async throws {
        var configuration = try AMQPTestBroker.configuration()
        let proxy = try TCPProxy(to: configuration.port)
        defer { proxy.close() }
        configuration.host = "127.0.0.1"
        configuration.port = proxy.port
        let reconnecting = ReconnectingConnection(configuration, logger: AMQPTestBroker.logger)
        #expect(throws: AMQPError.self) { try reconnecting.connection() }
        try await withThrowingTaskGroup { group in
            group.addTask { await reconnecting.run() }
            let first = try await connection(of: reconnecting)
            _ = try await first.openChannel()
            let start = ContinuousClock.now
            proxy.cut()
            let second = try await connection(of: reconnecting, after: first)
            // By missing heartbeats the loss would be noticed after 20 s; a busy machine takes less.
            #expect(start.duration(to: .now) < .seconds(10))
            #expect(first.closeReason?.code == .connectionLost)
            _ = try await second.openChannel()
            #expect(reconnecting.isConnected)
            group.cancelAll()
            try await group.waitForAll()
            #expect(second.closeReason?.code == .closedLocally)
        }
        #expect(!reconnecting.isConnected)
    }

    @Test("Without a broker the reason is visible and stopping does not wait")
    func unreachable() async throws {
        var configuration = try AMQPTestBroker.configuration()
        configuration.host = "127.0.0.1"
        let closed = try LoopbackPort(.closed)
        configuration.port = closed.port
        let reconnecting = ReconnectingConnection(configuration, logger: AMQPTestBroker.logger)
        try await withThrowingTaskGroup { group in
            group.addTask { await reconnecting.run() }
            for await case .connecting(let error?) in reconnecting.states() {
                #expect(error.code == .connectFailed)
                break
            }
            group.cancelAll()
            try await group.waitForAll()
        }
        guard case .stopped = reconnecting.state else {
            Issue.record("still running")
            return
        }
    }
}
