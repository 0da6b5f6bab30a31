import LocalSystem
import NIOCore
import NIOPosix

/// A TCP proxy on loopback whose connections can be cut and frozen.
///
/// While it is frozen it forwards nothing in either direction and closes nothing, also connections that are made meanwhile:
/// what a lost route looks like from both ends.
final class FaultProxy: Sendable {
    /// Where it listens.
    let port: Int
    private let listener: any Channel
    private let roster: ProxyRoster

    /// Listens on a free port of loopback; `server` is the port of the server behind it, on loopback too.
    static func listening(to server: Int) async throws -> FaultProxy {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let roster = ProxyRoster(loop: loop, server: server)
        let listener = try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in roster.accept(channel) }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = listener.localAddress?.port else { throw EndToEndFailure("A proxy has no port.") }
        return FaultProxy(port: port, listener: listener, roster: roster)
    }

    private init(port: Int, listener: any Channel, roster: ProxyRoster) {
        self.port = port
        self.listener = listener
        self.roster = roster
    }

    /// Resets all connections.
    ///
    /// - Returns: how many there were.
    @discardableResult
    func cut() async throws -> Int { try await roster.onLoop { $0.cut() } }

    func freeze() async throws { try await roster.onLoop { $0.freeze() } }

    /// Forwards what was held back, and everything from now on.
    func thaw() async throws { try await roster.onLoop { $0.thaw() } }

    /// Connections accepted so far.
    func accepted() async throws -> Int { try await roster.onLoop { $0.accepted } }

    func close() async {
        _ = try? await listener.close()
        _ = try? await cut()
    }
}
