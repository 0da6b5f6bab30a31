import Curl
import Foundation
import Testing

/// HTTP over TLS with a certificate that nobody else trusts.
@Suite("HTTPS", .timeLimit(.minutes(1)))
struct HTTPSTests {
    /// Starts a server whose life is the child's.
    private func start(_ certificate: TestCertificate) async throws -> (child: ChildProcess, url: String) {
        let lines = AsyncStream<String>.makeStream()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Servers/https_server.py").path
        let child = try ChildProcess("/usr/bin/python3", [script, certificate.file, certificate.keyFile]) { line in
            if let line { lines.continuation.yield(line) } else { lines.continuation.finish() }
        }
        for await port in lines.stream { return (child, "https://127.0.0.1:\(port)/") }
        throw ScriptedSMTPServer.StartFailure()
    }

    @Test("A certificate must be trusted")
    func untrusted() async throws {
        let certificate = try TestCertificate()
        let server = try await start(certificate)
        let error = await #expect(throws: CurlError.self) {
            try await CurlEngine().send(HTTPRequest(method: .get, url: server.url))
        }
        #expect(error?.code == .tls)
        await server.child.end()
    }

    @Test("The handshake is measured, and spared when the connection is reused")
    func trusted() async throws {
        let certificate = try TestCertificate()
        let server = try await start(certificate)
        let engine = try CurlEngine(configuration: .init(certificateAuthorityFile: certificate.file))
        let first = try await engine.send(HTTPRequest(method: .get, url: server.url))
        #expect(first.body == Data("secure".utf8))
        #expect(first.timing.tls > first.timing.connect)
        #expect(first.timing.connectionReady == first.timing.tls)
        #expect(first.timing.firstByte > first.timing.tls)
        let second = try await engine.send(HTTPRequest(method: .get, url: server.url))
        #expect(second.timing.reusedConnection)
        #expect(second.timing.connectionReady == .zero)
        await engine.shutdown()
        await server.child.end()
    }
}
