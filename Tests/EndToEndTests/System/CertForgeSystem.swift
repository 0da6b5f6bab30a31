import Curl
import Foundation
import Logging
import Postgres
import Synchronization

/// Simulator, gateway, processor and notifier as processes, with a database and a virtual host of their own.
final class CertForgeSystem: Sendable {
    static let secret = "end-to-end-secret-of-no-value-elsewhere"

    let database: PostgresClient
    let brokerURL: String
    let virtualHost: String
    private let environment: [String: String]
    private let folder: URL
    private let gatewayPort: Int
    private let programs = Mutex<[String: RunningProgram]>([:])

    /// Makes the database and the virtual host and starts all programs.
    ///
    /// - Parameters:
    ///   - latencyScale: of the simulator; 1 is about as slow as the real models.
    ///   - control: the simulator's control file as JSON.
    init(latencyScale: Double, control: String = "{}") async throws {
        let name = "e2e_" + UUID().uuidString.prefix(8).lowercased()
        virtualHost = name
        folder = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let controlFile = folder.appending(path: "control.json")
        try Data(control.utf8).write(to: controlFile)

        let baseURL = try Self.required("TEST_DATABASE_URL")
        let management = try Self.required("TEST_RABBITMQ_MANAGEMENT_URL")
        let logger = Logger(label: "end-to-end") { _ in SwiftLogNoOpLogHandler() }
        let administrator = PostgresClient(configuration: try PostgresConfiguration(url: baseURL), logger: logger)
        try await administrator.execute("CREATE DATABASE \(identifier: name)")
        await administrator.close()
        let databaseURL = Self.replacingPath(of: baseURL, with: name)
        database = PostgresClient(configuration: try PostgresConfiguration(url: databaseURL), logger: logger)
        brokerURL = Self.replacingPath(of: try Self.required("TEST_RABBITMQ_URL"), with: name)

        gatewayPort = try FreePort.take()
        let simulatorPort = try FreePort.take()
        environment = [
            "DATABASE_URL": databaseURL, "RABBITMQ_URL": brokerURL, "RABBITMQ_MANAGEMENT_URL": management,
            "RABBITMQ_VIRTUAL_HOST": name, "JWT_SECRET": Self.secret, "SMTP_URL": try Self.required("SMTP_URL"),
            "PUBLIC_URL": "http://127.0.0.1:\(gatewayPort)", "MAIL_FROM": "certforge@example.com",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:\(simulatorPort)",
            "SIMULATOR_LATENCY_SCALE": "\(latencyScale)", "SIMULATOR_CONTROL_FILE": controlFile.path,
            "SIMULATOR_PORT": "\(simulatorPort)", "CERTIFICATION_RETRY_BASE": "0.2", "CERTIFICATION_RETRY_CAP": "1",
            "CERTIFICATION_CONCURRENCY": "8", "CERTFORGE_URL": "http://127.0.0.1:\(gatewayPort)",
        ]
        try await makeVirtualHost(management)
        _ = try await command("migrate")
        _ = try await command("topology", "apply")
        for program in ["bedrock-simulator", "gateway", "certification-processor", "notifier"] {
            try await start(program)
        }
    }

    /// Starts a program, again when it was stopped or killed, and waits until it is ready.
    func start(_ name: String, awaitReadiness: Bool = true) async throws {
        var own = environment
        if name == "gateway" { own["HTTP_PORT"] = "\(gatewayPort)" }
        if name == "bedrock-simulator" { own["HTTP_PORT"] = environment["SIMULATOR_PORT"] }
        let program = try RunningProgram(name, environment: own, folder: folder)
        programs.withLock { $0[name] = program }
        if awaitReadiness { try await program.ready() }
    }

    func program(_ name: String) throws -> RunningProgram {
        guard let program = programs.withLock({ $0[name] }) else { throw EndToEndFailure("\(name) does not run") }
        return program
    }

    /// Stops everything and removes what was made.
    func tearDown() async {
        for program in programs.withLock({ Array($0.values) }) { await program.stop() }
        await database.close()
    }

    /// The logs of all programs that ever ran under a name.
    func logs(of name: String) throws -> String {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix(name) && $0.pathExtension == "log" }
            .map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    }

    /// Runs `certforge` with arguments and returns what it printed.
    func command(_ arguments: String...) async throws -> String {
        let process = Process()
        process.executableURL = try Repository.program("certforge")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let output = folder.appending(path: "command-\(UUID().uuidString).txt")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let handle = try FileHandle(forWritingTo: output)
        process.standardOutput = handle
        process.standardError = handle
        let (endings, continuation) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { continuation.yield($0.terminationStatus) }
        try process.run()
        for await status in endings {
            let text = try String(contentsOf: output, encoding: .utf8)
            guard status == 0 else { throw EndToEndFailure("certforge \(arguments) ended with \(status): \(text)") }
            return text
        }
        throw EndToEndFailure("certforge \(arguments) never ended")
    }

    var url: String { "http://127.0.0.1:\(gatewayPort)" }

    private func makeVirtualHost(_ management: String) async throws {
        guard var parts = URLComponents(string: management), let user = parts.user, let password = parts.password else {
            throw EndToEndFailure("TEST_RABBITMQ_MANAGEMENT_URL has no user and password")
        }
        parts.user = nil
        parts.password = nil
        let headers = [
            "Authorization": "Basic " + Data("\(user):\(password)".utf8).base64EncodedString(),
            "Content-Type": "application/json",
        ]
        let address = parts.string ?? management
        let made = try await HTTP.call(.put, "\(address)/api/vhosts/\(virtualHost)", headers: headers)
        let permitted = try await HTTP.call(
            .put, "\(address)/api/permissions/\(virtualHost)/\(user)", headers: headers,
            body: Data(#"{"configure":".*","write":".*","read":".*"}"#.utf8))
        guard made.status < 300, permitted.status < 300 else {
            throw EndToEndFailure("The virtual host cannot be made: \(made.status), \(permitted.status)")
        }
    }

    private static func required(_ key: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[key] else {
            throw EndToEndFailure("\(key) is not set: run these tests with 'make test'")
        }
        return value
    }

    private static func replacingPath(of url: String, with path: String) -> String {
        var parts = URLComponents(string: url)
        parts?.path = "/" + path
        return parts?.string ?? url
    }
}
