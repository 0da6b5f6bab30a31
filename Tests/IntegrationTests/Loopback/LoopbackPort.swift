import Foundation
import Glibc

/// A port of the loopback interface that nobody else can get for as long as this lives.
final class LoopbackPort: Sendable {
    /// What those meet who connect to it.
    enum Behaviour {
        /// They are refused.
        case closed
        /// They are connected; nothing answers them but who accepts from `descriptor`.
        case listening
    }

    let port: Int
    let descriptor: Int32

    init(_ behaviour: Behaviour) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in(loopback: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isBound, behaviour == .closed || listen(descriptor, 64) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }

    deinit { close(descriptor) }

    /// Connects a socket to a port.
    static func connect(_ descriptor: Int32, to port: Int) throws {
        var address = sockaddr_in(loopback: port)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }
}

extension sockaddr_in {
    fileprivate init(loopback port: Int) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = UInt16(port).bigEndian
        sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    }
}
