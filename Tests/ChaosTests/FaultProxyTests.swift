import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Chaos

/// A proxy in front of a server on loopback that says back what it hears.
@Suite("The proxy that cuts and freezes")
struct FaultProxyTests {
    private typealias Stream = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    @Test("A proxied connection carries bytes both ways")
    func forwards() async throws {
        try await withProxy { proxy, client in
            try await client.executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                try await outbound.write(ByteBuffer(string: "hello"))
                #expect(try await Self.read(5, from: &answers) == "hello")
                #expect(try await proxy.accepted() == 1)
            }
        }
    }

    @Test("A frozen connection carries nothing and stays open, and what was sent meanwhile arrives after the thaw")
    func freezes() async throws {
        try await withProxy { proxy, client in
            try await client.executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                try await outbound.write(ByteBuffer(string: "one"))
                #expect(try await Self.read(3, from: &answers) == "one")
                try await proxy.freeze()
                try await outbound.write(ByteBuffer(string: "two"))
                async let thaw = Self.thaw(proxy, after: .milliseconds(300))
                #expect(try await Self.read(3, from: &answers) == "two")
                let arrival = ContinuousClock.now
                #expect(try await thaw <= arrival)
            }
        }
    }

    @Test("A cut ends the connection, and the next one works")
    func cuts() async throws {
        try await withProxy { proxy, client in
            let hasEnded = try await client.executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                try await outbound.write(ByteBuffer(string: "x"))
                _ = try await Self.read(1, from: &answers)
                let count = try await proxy.cut()
                #expect(count == 1)
                return await Self.hasEnded(&answers)
            }
            #expect(hasEnded)
            let next = try await Self.connect(proxy.port)
            try await next.executeThenClose { inbound, outbound in
                var answers = inbound.makeAsyncIterator()
                try await outbound.write(ByteBuffer(string: "y"))
                #expect(try await Self.read(1, from: &answers) == "y")
            }
        }
    }

    private func withProxy(_ body: @escaping @Sendable (FaultProxy, Stream) async throws -> Void) async throws {
        let echo = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { $0.pipeline.addHandler(Echo()) }
            .bind(host: "127.0.0.1", port: 0).get()
        let proxy = try await FaultProxy.listening(to: try #require(echo.localAddress?.port))
        try await body(proxy, try await Self.connect(proxy.port))
        await proxy.close()
        try await echo.close()
    }

    private static func connect(_ port: Int) async throws -> Stream {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Stream(wrappingChannelSynchronously: channel) }
            }
    }

    private typealias Answers = NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator

    private static func read(_ count: Int, from answers: inout Answers) async throws -> String {
        var text = ""
        while text.utf8.count < count, let buffer = try await answers.next() { text += String(buffer: buffer) }
        return text
    }

    private static func hasEnded(_ answers: inout Answers) async -> Bool {
        do {
            return try await answers.next() == nil
        } catch {
            // A reset is an end too.
            return true
        }
    }

    /// - Returns: when the thaw began.
    private static func thaw(_ proxy: FaultProxy, after pause: Duration) async throws -> ContinuousClock.Instant {
        try await Task.sleep(for: pause)
        let began = ContinuousClock.now
        try await proxy.thaw()
        return began
    }

    private final class Echo: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(data, promise: nil)
        }
    }
}
