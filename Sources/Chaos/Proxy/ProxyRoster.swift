import Foundation
import NIOCore
import NIOPosix

/// The connections of one proxy.
///
/// `@unchecked Sendable`: every member but the constants is touched on `loop` only, which `onLoop` and the channels see to,
/// because all channels of a proxy are on its loop.
final class ProxyRoster: @unchecked Sendable {
    private let loop: any EventLoop
    private let server: Int
    private var pairs: [ObjectIdentifier: ProxyPair] = [:]
    private var isFrozen = false
    private(set) var accepted = 0

    init(loop: any EventLoop, server: Int) {
        self.loop = loop
        self.server = server
    }

    func onLoop<Value: Sendable>(_ body: @escaping @Sendable (ProxyRoster) -> Value) async throws -> Value {
        try await loop.submit { body(self) }.get()
    }

    /// Takes a client's connection, on the loop.
    func accept(_ client: any Channel) -> EventLoopFuture<Void> {
        loop.preconditionInEventLoop()
        accepted += 1
        let pair = ProxyPair(client: client)
        pairs[ObjectIdentifier(pair)] = pair
        client.closeFuture.whenComplete { [weak self] _ in
            pair.isClientThere = false
            self?.forgetClosed()
        }
        if isFrozen { pair.freeze() } else { connect(pair) }
        return loop.makeSucceededVoidFuture()
    }

    func cut() -> Int {
        let all = Array(pairs.values)
        for pair in all { pair.cut() }
        return all.count
    }

    func freeze() {
        isFrozen = true
        for pair in pairs.values { pair.freeze() }
    }

    func thaw() {
        isFrozen = false
        for pair in pairs.values {
            if pair.isConnected { pair.thaw() } else if pair.isClientThere { connect(pair) }
        }
        forgetClosed()
    }

    /// A client that left while the proxy was frozen is kept: the server must hear of it after the thaw, and not before.
    private func forgetClosed() {
        if !isFrozen { pairs = pairs.filter { $0.value.isClientThere } }
    }

    private func connect(_ pair: ProxyPair) {
        ClientBootstrap(group: loop).channelOption(.autoRead, value: false).connectTimeout(.seconds(5))
            .connect(host: "127.0.0.1", port: server)
            .whenComplete { [weak self] result in
                switch result {
                case .success(let server): pair.join(server, isFrozen: self?.isFrozen ?? false)
                case .failure: pair.cut()
                }
            }
    }
}

/// Both sides of one proxied connection.
///
/// `@unchecked Sendable`: touched on the proxy's loop only.
final class ProxyPair: @unchecked Sendable {
    private let client: any Channel
    private var sides: (client: ProxySide, server: ProxySide)?

    init(client: any Channel) {
        self.client = client
    }

    var isConnected: Bool { sides != nil }
    fileprivate(set) var isClientThere = true

    /// Connects the sides and lets the bytes flow, unless the proxy froze meanwhile.
    func join(_ server: any Channel, isFrozen: Bool) {
        let sides = (client: ProxySide(to: server), server: ProxySide(to: client))
        self.sides = sides
        do {
            try client.pipeline.syncOperations.addHandler(sides.client)
            try server.pipeline.syncOperations.addHandler(sides.server)
        } catch {
            // The client went away while the server was being reached.
            return cut()
        }
        if isFrozen { freeze() } else { thaw() }
    }

    func freeze() {
        sides?.client.freeze()
        sides?.server.freeze()
        setReading(false)
    }

    func thaw() {
        sides?.client.thaw()
        sides?.server.thaw()
        setReading(true)
    }

    /// Ends both sides with a reset, so that neither can take it for a goodbye.
    func cut() {
        for channel in channels {
            guard let socket = channel as? any SocketOptionProvider else {
                channel.close(promise: nil)
                continue
            }
            socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
        }
    }

    private var channels: [any Channel] { sides.map { [client, $0.client.other] } ?? [client] }

    private func setReading(_ value: Bool) {
        for channel in channels {
            // A channel that has closed meanwhile refuses, which does not matter.
            channel.setOption(.autoRead, value: value).whenComplete { _ in }
        }
    }
}
