import Foundation
import Synchronization

/// Ports that nothing listens on.
package enum FreePort {
    /// What this process was given: a program may take seconds to bind its port.
    private static let taken = Mutex<Set<Int>>([])

    /// A port of loopback that was free a moment ago, below those that the system gives to outgoing connections: one of
    /// these would take it again before the program that it is for has bound it. No port is given twice.
    package static func take() throws -> Int {
        for _ in 0..<200 {
            let port = Int.random(in: 10_000..<20_000)
            if try isFree(port), taken.withLock({ $0.insert(port).inserted }) { return port }
        }
        throw EndToEndFailure("There is no port to be had.")
    }

    private static func isFree(_ port: Int) throws -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw EndToEndFailure("There is no socket to be had.") }
        defer { close(descriptor) }
        return withUnsafeBytes(of: loopback(port)) { bytes in
            guard let generic = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress else { return false }
            return bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }

    /// Whether something of this machine accepts connections at a port.
    package static func isOpen(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return withUnsafeBytes(of: loopback(port)) { bytes in
            guard let generic = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress else { return false }
            return connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }
}
