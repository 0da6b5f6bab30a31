import ArgumentParser
import CertificationStore
import Logging
import Postgres
import ServiceRuntime

/// Brings the database to the version that this program knows.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Apply the migrations of the certification schema to DATABASE_URL.",
        discussion: "Safe to run from several places at once. The notifier looks after its own schema when it starts.")

    @Flag(help: "Only say what would be applied; ends with 1 when that is anything.")
    var check = false

    func run() async throws {
        let settings = try await ServiceSettings.load()
        let url = try settings.text("DATABASE_URL", purpose: "the database, as postgres://user:password@host/name")
        let names: [String]
        do {
            names = try await migrations(of: url)
        } catch let error as PostgresError {
            throw DatabaseFailure(error)
        }
        for name in names { Console.result("\(check ? "pending" : "applied") \(name)") }
        if names.isEmpty { Console.result("schema \(CertificationStore.schema) is up to date") }
        if check, !names.isEmpty { throw ExitCode.failure }
    }

    /// Those that were applied, or are to be.
    private func migrations(of url: String) async throws -> [String] {
        var configuration = try PostgresConfiguration(url: url)
        configuration.applicationName = "certforge migrate"
        // A migration may take as long as it needs.
        configuration.statementTimeout = nil
        // What is applied is the command's result; only trouble is logged.
        var logger = Logger(label: "certforge")
        logger.logLevel = .warning
        let client = PostgresClient(configuration: configuration, logger: logger)
        let migrator = Migrator(
            client: client, schema: CertificationStore.schema, migrations: CertificationStore.migrations,
            logger: logger)
        let names = check ? try await migrator.pending() : try await migrator.migrate()
        await client.close()
        return names
    }
}

/// Why the database was not migrated, for whoever operates it: with all that the server said.
struct DatabaseFailure: Error, CustomStringConvertible {
    let description: String

    init(_ error: PostgresError) {
        switch error.code {
        case .configuration: description = "DATABASE_URL cannot be used: \(error.message)"
        case .connectionFailed, .connectionLost, .poolTimeout:
            description = "The database cannot be reached: \(error.message)"
        default: description = "The database could not be migrated: \(error.message)"
        }
    }
}
