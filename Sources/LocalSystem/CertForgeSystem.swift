import Curl
package import Foundation
package import Postgres
import Synchronization

/// Simulator, gateway, processor and notifier as processes, with a database and a virtual host of their own.
package final class CertForgeSystem: Sendable {
    private let surroundings: Surroundings
    private let gatewayPort: Int
    private let simulatorPort: Int
    private let programs = Mutex<[String: RunningProgram]>([:])

    /// Makes the database and the virtual host and starts all programs.
    ///
    /// `latencyScale` is the simulator's, where 1 is about as slow as the real models; `control` is its control file as
    /// JSON; `settings` are those beside what every test needs.
    package init(latencyScale: Double, control: String = "{}", settings: [String: String] = [:]) async throws {
        gatewayPort = try FreePort.take()
        simulatorPort = try FreePort.take()
        surroundings = try await Surroundings(
            prefix: "e2e",
            settings: [
                "PUBLIC_URL": "http://127.0.0.1:\(gatewayPort)", "CERTFORGE_URL": "http://127.0.0.1:\(gatewayPort)",
                "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:\(simulatorPort)",
                "AWS_ENDPOINT_URL_BEDROCK": "http://127.0.0.1:\(simulatorPort)",
                "SIMULATOR_LATENCY_SCALE": "\(latencyScale)", "CERTIFICATION_RETRY_BASE": "0.2",
                "CERTIFICATION_RETRY_CAP": "1", "CERTIFICATION_CONCURRENCY": "8",
            ].merging(settings) { _, new in new }, control: control)
        for program in ["bedrock-simulator", "gateway", "certification-processor", "notifier"] {
            try await start(program)
        }
    }

    package var database: PostgresClient { surroundings.database }
    package var brokerURL: String { surroundings.brokerURL }
    package var virtualHost: String { surroundings.name }
    /// The gateway's.
    package var url: String { "http://127.0.0.1:\(gatewayPort)" }

    /// Starts a program, again when it was stopped or killed, and waits until it is ready.
    ///
    /// `label` is its name here, for a second process of the same program; `settings` are its own beside those of all.
    package func start(
        _ name: String, as label: String? = nil, with settings: [String: String] = [:], awaitReadiness: Bool = true
    ) async throws {
        var own: [String: String] = [:]
        if name == "gateway" { own["HTTP_PORT"] = "\(gatewayPort)" }
        if name == "bedrock-simulator" { own["HTTP_PORT"] = "\(simulatorPort)" }
        let program = try surroundings.start(name, settings: own.merging(settings) { _, new in new })
        programs.withLock { $0[label ?? name] = program }
        if awaitReadiness { try await program.ready() }
    }

    /// The program as it was started last.
    ///
    /// - Throws: `EndToEndFailure` when it never was.
    package func program(_ name: String) throws -> RunningProgram {
        guard let program = programs.withLock({ $0[name] }) else { throw EndToEndFailure("\(name) does not run") }
        return program
    }

    /// Changes how the simulator behaves from the next call on.
    package func control(_ json: String) throws {
        try surroundings.control(json)
    }

    /// How often each model was called and what became of it, as the simulator counts it.
    package func calls() async throws -> [String: [String: Int]] {
        let response = try await HTTP.get("http://127.0.0.1:\(simulatorPort)/_simulator/calls")
        return try JSONDecoder().decode([String: [String: Int]].self, from: response.body)
    }

    /// Stops everything.
    package func tearDown() async {
        for program in programs.withLock({ Array($0.values) }) { await program.stop() }
        await surroundings.close()
    }

    /// The logs of all programs that ever ran under a name.
    package func logs(of name: String) throws -> String {
        try surroundings.logs(of: name).map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    }

    /// Where programs run and write their logs.
    package var folder: URL { surroundings.folder }

    /// Runs `certforge` with arguments and returns what it printed.
    package func command(_ arguments: [String]) async throws -> String {
        try await surroundings.command(arguments)
    }

    /// Runs `certforge` with arguments and returns what it printed.
    package func command(_ arguments: String...) async throws -> String {
        try await surroundings.command(arguments)
    }
}
