import Curl
package import Foundation
import Logging
package import Postgres

/// A database and a virtual host of its own on the private servers, and the settings with which programs find them.
package struct Surroundings: Sendable {
    /// The secret that tokens are signed with.
    package static let secret = "end-to-end-secret-of-no-value-elsewhere"

    /// The database's and the virtual host's name.
    package let name: String
    package let database: PostgresClient
    package let databaseURL: String
    package let brokerURL: String
    /// Where programs run and write their logs.
    package let folder: URL
    /// What all programs are started with.
    package let environment: [String: String]
    private let controlFile: URL
    private let administrator: PostgresClient
    private let management: String

    /// Makes the database with its migrations and the virtual host with its topology.
    ///
    /// The name begins with `prefix`; `settings` are added to what programs are started with; `control` is the
    /// simulator's control file as JSON.
    package init(prefix: String, settings: [String: String], control: String) async throws {
        name = prefix + "_" + UUID().uuidString.prefix(8).lowercased()
        folder = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        controlFile = folder.appending(path: "control.json")
        try Data(control.utf8).write(to: controlFile)

        let keyFile = folder.appending(path: "certificate-signing-key.json")

        let baseURL = try Self.required("TEST_DATABASE_URL")
        management = try Self.required("TEST_RABBITMQ_MANAGEMENT_URL")
        let logger = Logger(label: prefix) { _ in SwiftLogNoOpLogHandler() }
        administrator = PostgresClient(configuration: try PostgresConfiguration(url: baseURL), logger: logger)
        try await administrator.execute("CREATE DATABASE \(identifier: name)")
        databaseURL = Self.replacingPath(of: baseURL, with: name)
        database = PostgresClient(configuration: try PostgresConfiguration(url: databaseURL), logger: logger)
        brokerURL = Self.replacingPath(of: try Self.required("TEST_RABBITMQ_URL"), with: name)
        environment = [
            "DATABASE_URL": databaseURL, "RABBITMQ_URL": brokerURL, "RABBITMQ_MANAGEMENT_URL": management,
            "RABBITMQ_VIRTUAL_HOST": name, "JWT_SECRET": Self.secret, "SMTP_URL": try Self.required("SMTP_URL"),
            "MAIL_FROM": "certforge@example.com", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "SIMULATOR_CONTROL_FILE": controlFile.path, "CERTIFICATE_SIGNING_KEY_FILE": keyFile.path,
            // The simulator's models have no price but this.
            "PRICES": Self.prices, "COST_CONFIRMATION_THRESHOLD": "1000",
        ].merging(settings) { _, new in new }
        try await callManagement(.put, "vhosts/\(name)")
        try await callManagement(
            .put, "permissions/\(name)/\(try managementUser())",
            body: #"{"configure":".*","write":".*","read":".*"}"#)
        _ = try await command("keys", "generate", "--output", keyFile.path)
        _ = try await command("migrate")
        try await DatabaseRoles.apply(to: databaseURL)
        // The users are there, so that their permissions in the new virtual host are set as well.
        _ = try await command("topology", "apply", "--yes")
    }

    private static let prices = """
        version: simulator
        prices:
          - {provider: bedrock, model: "*", validFrom: 2020-01-01, input: 0.10, output: 0.40, source: made up,
             checked: 2026-11-21}
        """

    /// Starts a program, with settings of its own that come before those of all. A service logs in as its own user.
    package func start(_ program: String, settings: [String: String] = [:]) throws -> RunningProgram {
        var all = environment.merging(settings) { _, new in new }
        if let user = Self.users[program] {
            all["DATABASE_URL"] = try Self.replacingUser(of: all["DATABASE_URL"], with: "certforge_\(user)")
            all["RABBITMQ_URL"] = try Self.replacingUser(of: all["RABBITMQ_URL"], with: "certforge-\(user)")
        }
        return try RunningProgram(program, environment: all, folder: folder)
    }

    /// Changes how the simulator behaves from the next call on.
    package func control(_ json: String) throws {
        try Data(json.utf8).write(to: controlFile, options: .atomic)
    }

    /// Runs `certforge` with arguments and returns what it printed.
    package func command(_ arguments: String...) async throws -> String {
        try await command(arguments)
    }

    /// Runs `certforge` with arguments and returns what it printed.
    package func command(_ arguments: [String]) async throws -> String {
        let output = folder.appending(path: "command-\(UUID().uuidString).txt")
        let status = try await Command(
            executable: try Repository.program("certforge"), arguments: arguments, environment: environment,
            folder: folder, output: output
        ).run()
        let text = try String(contentsOf: output, encoding: .utf8)
        guard status == 0 else { throw EndToEndFailure("certforge \(arguments) ended with \(status): \(text)") }
        return text
    }

    /// The logs of all programs that ever ran under a name.
    package func logs(of program: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix(program + "-") && $0.pathExtension == "log" }
    }

    /// Closes this process's own connections.
    package func close() async {
        await database.close()
        await administrator.close()
    }

    /// Removes the database and the virtual host; the folder with the logs stays.
    package func remove() async throws {
        await database.close()
        try await administrator.execute("DROP DATABASE IF EXISTS \(identifier: name) WITH (FORCE)")
        await administrator.close()
        try await callManagement(.delete, "vhosts/\(name)")
    }
}

extension Surroundings {
    private func managementUser() throws -> String {
        guard let user = URLComponents(string: management)?.user else {
            throw EndToEndFailure("TEST_RABBITMQ_MANAGEMENT_URL has no user and password")
        }
        return user
    }

    private func callManagement(_ method: HTTPRequest.Method, _ path: String, body: String = "") async throws {
        guard var parts = URLComponents(string: management), let user = parts.user, let password = parts.password else {
            throw EndToEndFailure("TEST_RABBITMQ_MANAGEMENT_URL has no user and password")
        }
        parts.user = nil
        parts.password = nil
        let headers = [
            "Authorization": "Basic " + Data("\(user):\(password)".utf8).base64EncodedString(),
            "Content-Type": "application/json",
        ]
        let answer = try await HTTP.call(
            method, "\(parts.string ?? management)/api/\(path)", headers: headers, body: Data(body.utf8))
        guard answer.status < 300 else {
            throw EndToEndFailure("The broker's management refused \(path): \(answer.status)")
        }
    }

    /// Each service logs in as the user that has its rights only; a local user's password is its name.
    private static let users = [
        "gateway": "gateway", "certification-processor": "processor", "notifier": "notifier",
    ]

    private static func replacingUser(of url: String?, with user: String) throws -> String {
        guard var parts = url.flatMap({ URLComponents(string: $0) }) else {
            throw EndToEndFailure("\(url ?? "") is no URL")
        }
        parts.user = user
        parts.password = user
        return parts.string ?? ""
    }

    private static func required(_ key: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[key] else {
            throw EndToEndFailure("\(key) is not set: run this with 'make'")
        }
        return value
    }

    private static func replacingPath(of url: String, with path: String) -> String {
        var parts = URLComponents(string: url)
        parts?.path = "/" + path
        return parts?.string ?? url
    }
}
