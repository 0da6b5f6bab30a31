package import Foundation

/// The private servers that `make test` started, seen as something to stop and to kill.
package struct LocalServers: Sendable {
    package enum Server: String, Sendable { case rabbitmq, postgres }

    package init() {}

    /// Ends a server at once, as a crash does.
    package func kill(_ server: Server) async throws { try await run("kill", server) }
    /// Returns when the server's port is open. A server that runs is left alone.
    package func start(_ server: Server) async throws { try await run("start", server) }
    package func stop(_ server: Server) async throws { try await run("stop", server) }

    /// Where the SMTP sink keeps the mails, a file each.
    package static let mailFolder = Repository.root.appending(path: ".local/test/mail")

    /// From now on the server's connections stay open and nothing comes from them, as when a network swallows everything.
    package func freeze(_ server: Server) async throws { try await run("freeze", server) }
    package func thaw(_ server: Server) async throws { try await run("thaw", server) }
    /// Makes the broker believe that its disk is full, so that it takes no more messages.
    package func raiseDiskAlarm() async throws { try await run("alarm", .rabbitmq) }
    package func clearDiskAlarm() async throws { try await run("calm", .rabbitmq) }

    /// The mails that were delivered so far and hold `text`, as they were sent.
    package func mails(containing text: String) throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(at: Self.mailFolder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "eml" }.map { try String(contentsOf: $0, encoding: .utf8) }
            .filter { $0.contains(text) }
    }

    private func run(_ action: String, _ server: Server) async throws {
        let status = try await Command(
            executable: Repository.root.appending(path: "deploy/local/servers.sh"),
            arguments: [action, server.rawValue],
            environment: ["CERTFORGE_LOCAL": "test"]
        ).run()
        guard status == 0 else { throw EndToEndFailure("servers.sh \(action) \(server) ended with \(status)") }
    }
}
