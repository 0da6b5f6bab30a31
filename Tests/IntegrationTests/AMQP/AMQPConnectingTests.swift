import Foundation
import Testing

@testable import AMQP

@Suite("Connecting to a broker", .timeLimit(.minutes(1)))
struct AMQPConnectingTests {
    private func failure(_ configuration: AMQPConfiguration) async -> AMQPError? {
        do throws(AMQPError) {
            await (try AMQPConnection.connect(configuration, logger: AMQPTestBroker.logger)).close()
            return nil
        } catch {
            return error
        }
    }

    @Test("A wrong password is a typed error")
    func wrongPassword() async throws {
        var configuration = try AMQPTestBroker.configuration()
        configuration.password = "not the password"
        let error = await failure(configuration)
        #expect(error?.code == .authenticationFailed)
        #expect(error?.isFatal == true)
        #expect(error?.debugDescription.contains("not the password") == false)
    }

    @Test("A virtual host that does not exist is a typed error")
    func wrongVirtualHost() async throws {
        var configuration = try AMQPTestBroker.configuration()
        configuration.virtualHost = "/no such virtual host"
        let code = await failure(configuration)?.code
        #expect(code == .notAllowed)
    }

    @Test("A closed port is a typed error at once")
    func closedPort() async throws {
        var configuration = try AMQPTestBroker.configuration()
        configuration.host = "127.0.0.1"
        let closed = try LoopbackPort(.closed)
        configuration.port = closed.port
        let start = ContinuousClock.now
        let code = await failure(configuration)?.code
        #expect(code == .connectFailed)
        #expect(start.duration(to: .now) < configuration.connectTimeout)
    }

    @Test("A host without an address is a typed error")
    func unknownHost() async throws {
        var configuration = try AMQPTestBroker.configuration()
        configuration.host = "no-such-host.invalid"
        let code = await failure(configuration)?.code
        #expect(code == .nameResolutionFailed)
    }

    @Test("A server that accepts and says nothing is given up after the connect timeout")
    func silentServer() async throws {
        var configuration = try AMQPTestBroker.configuration()
        let proxy = try TCPProxy(to: configuration.port)
        defer { proxy.close() }
        proxy.stall()
        configuration.host = "127.0.0.1"
        configuration.port = proxy.port
        configuration.connectTimeout = .milliseconds(500)
        let code = await failure(configuration)?.code
        #expect(code == .connectTimedOut)
    }

    @Test("An idle connection stays open for many heartbeat intervals")
    func idle() async throws {
        var configuration = try AMQPTestBroker.configuration()
        // A busy machine may keep both ends from their heartbeats for longer than two seconds.
        configuration.heartbeat = .seconds(3)
        try await AMQPTestBroker.withConnection(configuration) { connection in
            let ended = await withTaskGroup { group in
                group.addTask { await connection.waitForEnd() }
                // Five intervals: without heartbeats the broker would close after two.
                group.addTask {
                    try? await ContinuousClock().sleep(for: .seconds(15))
                    return nil
                }
                let first = await group.next() ?? nil
                group.cancelAll()
                return first
            }
            #expect(ended == nil)
            _ = try await connection.openChannel()
        }
    }

    @Test("A broker that falls silent is noticed by its missing heartbeats")
    func silence() async throws {
        var configuration = try AMQPTestBroker.configuration()
        let proxy = try TCPProxy(to: configuration.port)
        defer { proxy.close() }
        configuration.host = "127.0.0.1"
        configuration.port = proxy.port
        configuration.heartbeat = .seconds(1)
        let connection = try await AMQPConnection.connect(configuration, logger: AMQPTestBroker.logger)
        proxy.stall()
        let reason = await connection.waitForEnd()
        #expect(reason?.code == .heartbeatMissed)
    }

    @Test("A peer that stops reading is given up after the write timeout and no caller hangs")
    func fullSocket() async throws {
        var configuration = try AMQPTestBroker.configuration()
        let proxy = try TCPProxy(to: configuration.port)
        defer { proxy.close() }
        configuration.host = "127.0.0.1"
        configuration.port = proxy.port
        configuration.heartbeat = .zero
        configuration.writeTimeout = .seconds(1)
        let connection = try await AMQPConnection.connect(configuration, logger: AMQPTestBroker.logger)
        let channel = try await connection.openChannel()
        try await channel.selectConfirms()
        proxy.stall()
        let megabyte = AMQPPublication(
            AMQPMessage(body: Data(count: 1 << 20)), exchange: "", routingKey: "nowhere", mandatory: false)
        let results = await channel.publish(Array(repeating: megabyte, count: 64))
        for result in results {
            let error = #expect(throws: AMQPError.self) { try result.get() }
            #expect(error?.code == .connectionLost || error?.code == .writeTimedOut)
        }
        #expect(connection.closeReason != nil)
    }

    @Test("Closing tells everyone who waits, and later calls fail at once")
    func closing() async throws {
        let connection = try await AMQPConnection.connect(
            AMQPTestBroker.configuration(), logger: AMQPTestBroker.logger)
        let channel = try await connection.openChannel()
        await connection.close()
        await connection.close()
        #expect(connection.closeReason?.code == .closedLocally)
        #expect(channel.closeReason?.code == .closedLocally)
        await #expect(throws: AMQPError.self) { try await connection.openChannel() }
        await #expect(throws: AMQPError.self) { try await channel.selectConfirms() }
    }
}
