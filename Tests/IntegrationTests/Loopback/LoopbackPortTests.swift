import Foundation
import Glibc
import Testing

/// Of the ports that other tests rely on to be closed, or silent.
@Suite("The ports of the tests")
struct LoopbackPortTests {
    @Test("While a closed port is held, connections to it are refused")
    func closed() throws {
        let port = try LoopbackPort(.closed)
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        #expect(throws: POSIXError(.ECONNREFUSED)) { try LoopbackPort.connect(socket, to: port.port) }
    }

    @Test("A listening port connects and says nothing")
    func listening() throws {
        let port = try LoopbackPort(.listening)
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        try LoopbackPort.connect(socket, to: port.port)
        var byte: UInt8 = 0
        #expect(recv(socket, &byte, 1, Int32(MSG_DONTWAIT)) == -1)
        #expect(errno == EAGAIN)
    }
}
