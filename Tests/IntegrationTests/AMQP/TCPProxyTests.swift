import Foundation
import Glibc
import Testing

/// Of the proxy that other tests cut their connections by: it must cut no others.
@Suite("The proxy of the tests")
struct TCPProxyTests {
    @Test("Closed twice, it breaks no socket that was opened since")
    func closedTwice() async throws {
        let proxies = try (0..<20).map { _ in try TCPProxy(to: "127.0.0.1", port: 1) }
        for proxy in proxies { proxy.close() }
        // Numbers that were free are given to these, the lowest first.
        for _ in 0..<50 {
            let pairs = try (0..<50).map { _ in try SocketPair() }
            for proxy in proxies { proxy.close() }
            #expect(pairs.allSatisfy { $0.carries })
        }
    }

    @Test("While a closed port is held, connections to it are refused")
    func closedPort() throws {
        let closed = try TCPProxy.ClosedPort()
        #expect(throws: POSIXError(.ECONNREFUSED)) { try Self.connect(to: closed.port) }
    }

    private static func connect(to port: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }
}

/// Two sockets, each other's peers.
private final class SocketPair {
    private var ends: [Int32] = [-1, -1]

    init() throws {
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw POSIXError(.EMFILE) }
    }

    deinit { for end in ends { close(end) } }

    /// Whether what is sent at one end arrives at the other.
    var carries: Bool {
        var byte: UInt8 = 7
        return zip(ends, ends.reversed()).allSatisfy { from, to in
            send(from, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 && recv(to, &byte, 1, Int32(MSG_DONTWAIT)) == 1
        }
    }
}
