import Foundation
import LocalSystem
import Postgres

/// The simulator and all services of a run, with the database and the virtual host that they share.
struct Fleet: Sendable {
    /// How many there are of each service.
    struct Size: Sendable {
        var gateways = 2
        var processors = 3
        var notifiers = 2
    }

    let surroundings: Surroundings
    let simulator: RunningProgram
    let simulatorURL: String
    let members: [Member]
    /// What gateways are reached at, in the order of the members.
    let gatewayURLs: [String]
    let token: String

    /// Of this run's recipients, by which its mails are told from others'.
    var mailDomain: String { surroundings.name.replacing("_", with: "-") + ".example.com" }
    var database: PostgresClient { surroundings.database }

    func members(of role: Role) -> [Member] { members.filter { $0.role == role } }

    /// Makes the surroundings and starts everything; what was started is ended again when that fails.
    /// With `isProxied` proxies stand between members and servers; `settings` are the processors', beyond the usual.
    static func start(_ size: Size, isProxied: Bool, processors settings: [String: String] = [:]) async throws -> Fleet
    {
        let simulatorPort = try FreePort.take()
        let gatewayPorts = try (0..<size.gateways).map { _ in try FreePort.take() }
        let surroundings = try await Surroundings(
            prefix: "chaos",
            settings: [
                "PUBLIC_URL": "http://127.0.0.1:\(gatewayPorts[0])",
                "CERTFORGE_URL": "http://127.0.0.1:\(gatewayPorts[0])",
                "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:\(simulatorPort)",
                "AWS_ENDPOINT_URL_BEDROCK": "http://127.0.0.1:\(simulatorPort)",
                "SIMULATOR_LATENCY_SCALE": "2.5", "CERTIFICATION_RETRY_BASE": "0.5", "CERTIFICATION_RETRY_CAP": "2",
                "CERTIFICATION_CONCURRENCY": "6", "NOTIFIER_RETRY_BASE": "0.5", "NOTIFIER_RETRY_CAP": "2",
                "NOTIFIER_MAX_ATTEMPTS": "20", "DATABASE_POOL_SIZE": "6",
            ], control: ModelMix.control)
        var started: [RunningProgram] = []
        do {
            let token = try await surroundings.command("token", "--lifetime", "86400", "--subject", "chaos")
            let simulator = try surroundings.start("bedrock-simulator", settings: ["HTTP_PORT": "\(simulatorPort)"])
            started.append(simulator)
            var members: [Member] = []
            for (role, count) in [
                (Role.gateway, size.gateways), (.processor, size.processors), (.notifier, size.notifiers),
            ] {
                for number in 1...count {
                    var own = role == .processor ? settings : [:]
                    if role == .gateway { own["HTTP_PORT"] = "\(gatewayPorts[number - 1])" }
                    let proxies = isProxied ? try await Self.proxies(to: surroundings, settings: &own) : nil
                    let member = Member(
                        role, number: number, settings: own, proxies: proxies, surroundings: surroundings)
                    started.append(try member.start())
                    members.append(member)
                }
            }
            for program in started { try await program.ready(within: .seconds(60)) }
            return Fleet(
                surroundings: surroundings, simulator: simulator, simulatorURL: "http://127.0.0.1:\(simulatorPort)",
                members: members, gatewayURLs: gatewayPorts.map { "http://127.0.0.1:\($0)" },
                token: token.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            for program in started { program.kill() }
            await surroundings.close()
            throw error
        }
    }

    private static func proxies(
        to surroundings: Surroundings, settings: inout [String: String]
    ) async throws -> Member.Proxies {
        let (brokerPort, databasePort) = (
            Self.port(of: surroundings.brokerURL), Self.port(of: surroundings.databaseURL)
        )
        guard let brokerPort, let databasePort else { throw EndToEndFailure("The servers' URLs name no ports.") }
        let proxies = Member.Proxies(
            broker: try await .listening(to: brokerPort), database: try await .listening(to: databasePort))
        settings["RABBITMQ_URL"] = replacingPort(of: surroundings.brokerURL, with: proxies.broker.port)
        settings["DATABASE_URL"] = replacingPort(of: surroundings.databaseURL, with: proxies.database.port)
        return proxies
    }

    static func port(of url: String) -> Int? { URLComponents(string: url)?.port }

    private static func replacingPort(of url: String, with port: Int) -> String {
        var parts = URLComponents(string: url)
        parts?.port = port
        return parts?.string ?? url
    }

    /// Ends every process, whatever state it is in. Processes that do not stop in time are killed.
    func end(within limit: Duration) async {
        for member in members { member.program?.terminate() }
        simulator.terminate()
        for program in members.flatMap(\.everyProgram) + [simulator] where program.isRunning {
            if await program.ended(within: limit) { continue }
            program.kill()
            _ = await program.ended(within: .seconds(5))
        }
        for proxies in members.compactMap(\.proxies) {
            await proxies.broker.close()
            await proxies.database.close()
        }
    }
}
