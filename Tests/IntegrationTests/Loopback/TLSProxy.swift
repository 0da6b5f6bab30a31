import Foundation

/// A TLS listener before a plain port, with a certificate authority of its own; both go when it is closed.
final class TLSProxy: Sendable {
    struct Failure: Error {}

    let port: Int
    let certificateAuthorityFile: String
    private let folder: URL
    private let process: ChildProcess

    /// - Parameters:
    ///   - host: the plain server's host.
    ///   - targetPort: the plain server's port.
    ///   - name: the one DNS name that the certificate is good for.
    /// - Throws: when the proxy does not come up.
    init(to host: String, port targetPort: Int, name: String) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificateAuthorityFile = folder.appendingPathComponent("ca.pem").path
        let (lines, continuation) = AsyncStream<String>.makeStream()
        process = try ChildProcess(
            "/usr/bin/python3", ["-c", Self.program, folder.path, host, "\(targetPort)", name]
        ) { line in
            if let line { continuation.yield(line) } else { continuation.finish() }
        }
        // The program prints its port once it listens.
        guard let line = await lines.first(where: { _ in true }), let port = Int(line) else { throw Failure() }
        self.port = port
    }

    func close() async throws {
        await process.end()
        try FileManager.default.removeItem(at: folder)
    }

    private static let program = """
        import asyncio, os, ssl, subprocess, sys, threading

        folder, host, port, name = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
        os.chdir(folder)

        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, stderr=subprocess.DEVNULL)

        def end_with_parent():
            sys.stdin.read()
            os._exit(0)

        async def copy(reader, writer):
            try:
                while data := await reader.read(65536):
                    writer.write(data)
                    await writer.drain()
            except (ConnectionError, ssl.SSLError):
                pass
            finally:
                writer.close()

        async def serve(reader, writer):
            upstream_reader, upstream_writer = await asyncio.open_connection(host, port)
            await asyncio.gather(copy(reader, upstream_writer), copy(upstream_reader, writer))

        async def main():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain("cert.pem", "key.pem")
            server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
            print(server.sockets[0].getsockname()[1], flush=True)
            await server.serve_forever()

        threading.Thread(target=end_with_parent, daemon=True).start()
        with open("names", "w") as names:
            names.write("subjectAltName=DNS:" + name)
        request = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        openssl(*request, "-x509", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca")
        openssl(*request, "-keyout", "key.pem", "-out", "csr.pem", "-subj", "/CN=" + name)
        openssl("x509", "-req", "-in", "csr.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "2", "-extfile", "names", "-out", "cert.pem")
        asyncio.run(main())
        """
}
