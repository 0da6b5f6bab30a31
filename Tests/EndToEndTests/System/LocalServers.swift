import Foundation

/// The private servers that `make test` started, seen as something to stop and to kill.
struct LocalServers: Sendable {
    enum Server: String { case rabbitmq, postgres }

    func kill(_ server: Server) async throws { try await run("kill", server) }
    func start(_ server: Server) async throws { try await run("start", server) }
    func stop(_ server: Server) async throws { try await run("stop", server) }

    /// The mails that were delivered so far and hold `text`, as they were sent.
    func mails(containing text: String) throws -> [String] {
        let folder = Repository.root.appending(path: ".local/test/mail")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "eml" }.map { try String(contentsOf: $0, encoding: .utf8) }
            .filter { $0.contains(text) }
    }

    private func run(_ action: String, _ server: Server) async throws {
        let process = Process()
        process.executableURL = Repository.root.appending(path: "deploy/local/servers.sh")
        process.arguments = [action, server.rawValue]
        process.environment = ProcessInfo.processInfo.environment.merging(["CERTFORGE_LOCAL": "test"]) { _, new in new }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let (endings, continuation) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { continuation.yield($0.terminationStatus) }
        try process.run()
        for await status in endings {
            guard status == 0 else { throw EndToEndFailure("servers.sh \(action) \(server) ended with \(status)") }
            return
        }
    }
}
