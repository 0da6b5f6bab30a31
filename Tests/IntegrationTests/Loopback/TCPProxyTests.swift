import Foundation
import Glibc
import Testing

/// Of the proxy that other tests cut their connections by: it must cut no others.
@Suite("The proxy of the tests")
struct TCPProxyTests {
    @Test("Closed twice, it breaks no socket that was opened since")
    func closedTwice() async throws {
        let proxies = try (0..<20).map { _ in try TCPProxy(to: 1) }
        for proxy in proxies { proxy.close() }
        // Numbers that were free are given to these, the lowest first.
        for _ in 0..<50 {
            let pairs = try (0..<50).map { _ in try SocketPair() }
            for proxy in proxies { proxy.close() }
            #expect(pairs.allSatisfy { $0.carries })
        }
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
