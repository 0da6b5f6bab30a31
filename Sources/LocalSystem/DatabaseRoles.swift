import Foundation

/// The database's users and their rights, as `make up` makes them.
enum DatabaseRoles {
    /// Runs `deploy/postgres/roles.sql` as the owner of a database.
    ///
    /// One at a time, whatever process they are of: the users belong to the whole server, and PostgreSQL refuses to change
    /// one of them twice at once.
    static func apply(to url: String) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            [
                "flock", Repository.root.appending(path: ".local/test/roles.lock").path, "psql", url, "-qtA", "-v",
                "ON_ERROR_STOP=1",
            ]
            + ["gateway", "processor", "notifier"].flatMap { ["-v", "\($0)_password=certforge_\($0)"] }
            + ["-f", Repository.root.appending(path: "deploy/postgres/roles.sql").path]
        process.standardOutput = FileHandle.nullDevice
        let (endings, continuation) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { continuation.yield($0.terminationStatus) }
        try process.run()
        for await status in endings {
            guard status == 0 else { throw EndToEndFailure("psql ended with \(status)") }
            return
        }
    }
}
