import Foundation
import Testing

@testable import AMQP

@Suite("Connecting over TLS", .timeLimit(.minutes(1)))
struct AMQPTLSTests {
    private func withProxy(
        name: String, _ body: (inout AMQPConfiguration, TLSProxy) async throws -> Void
    ) async throws {
        var configuration = try AMQPTestBroker.configuration()
        let proxy = try await TLSProxy(to: configuration.host, port: configuration.port, name: name)
        configuration.host = "localhost"
        configuration.port = proxy.port
        var tls = AMQPTLS()
        tls.certificateAuthorityFile = proxy.certificateAuthorityFile
        configuration.tls = tls
        do {
            try await body(&configuration, proxy)
            try await proxy.close()
        } catch {
            try await proxy.close()
            throw error
        }
    }

    private func failure(_ configuration: AMQPConfiguration) async -> AMQPError? {
        do throws(AMQPError) {
            await (try AMQPConnection.connect(configuration, logger: AMQPTestBroker.logger)).close()
            return nil
        } catch {
            return error
        }
    }

    @Test("A broker with a certificate of a trusted authority is talked to, with large bodies both ways")
    func trusted() async throws {
        try await withProxy(name: "localhost") { configuration, _ in
            try await AMQPTestBroker.withConnection(configuration) { connection in
                let channel = try await connection.openChannel()
                try await channel.selectConfirms()
                let queue = try await channel.declareQueue(
                    AMQPQueueDeclaration(name: "", durable: false, exclusive: true))
                var publication = AMQPTestBroker.publication("", to: queue.name)
                publication.message.body = Data((0..<500_000).map { UInt8(truncatingIfNeeded: $0 / 3) })
                let confirms = try await channel.publish(Array(repeating: publication, count: 20)).map { try $0.get() }
                #expect(confirms == Array(repeating: .ack, count: 20))
                let consumer = try await channel.consume(queue: queue.name, prefetch: 20)
                var count = 0
                for await delivery in consumer.deliveries {
                    #expect(delivery.message.body == publication.message.body)
                    channel.ack(delivery.deliveryTag)
                    count += 1
                    if count == 20 { break }
                }
                #expect(count == 20)
            }
        }
    }

    @Test("A certificate of an unknown authority is refused, unless checking is off")
    func untrusted() async throws {
        try await withProxy(name: "localhost") { configuration, _ in
            configuration.tls?.certificateAuthorityFile = nil
            let code = await failure(configuration)?.code
            #expect(code == .tlsFailed)
            configuration.tls?.verifiesPeer = false
            let unchecked = await failure(configuration)
            #expect(unchecked == nil)
        }
    }

    @Test("A certificate for another host is refused")
    func wrongHost() async throws {
        try await withProxy(name: "elsewhere.example") { configuration, _ in
            let code = await failure(configuration)?.code
            #expect(code == .tlsFailed)
        }
    }

    @Test("A certificate file that cannot be read is a configuration error")
    func missingFile() async throws {
        var configuration = try AMQPTestBroker.configuration()
        configuration.tls = AMQPTLS()
        configuration.tls?.certificateAuthorityFile = "/no/such/file.pem"
        let code = await failure(configuration)?.code
        #expect(code == .invalidConfiguration)
    }
}
