import ArgumentParser
import Contracts
import Foundation
import ServiceRuntime

/// Writes out what the services need of the broker, or makes it so.
struct TopologyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology", abstract: "The broker's exchanges, queues, bindings and policies.",
        subcommands: [Export.self, Apply.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the topology as RabbitMQ's definitions.json.")

        @Option(help: "The virtual host.")
        var virtualHost: String = "certforge"

        func run() async throws {
            try FileHandle.standardOutput.write(
                contentsOf: Topology.certForge.definitions(virtualHost: virtualHost))
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Declare the topology, policies included, through the broker's management API.",
            discussion: """
                Takes the address with user and password from RABBITMQ_MANAGEMENT_URL and the virtual host from \
                RABBITMQ_VIRTUAL_HOST (certforge). What exists with other arguments is left as it is.
                """)

        func run() async throws {
            let settings = try await ServiceSettings.load()
            let address = try settings.text(
                "RABBITMQ_MANAGEMENT_URL", purpose: "the management API, as http://user:password@host:15672")
            let virtualHost = try settings.text("RABBITMQ_VIRTUAL_HOST", default: "certforge")
            let management = try ManagementAPI(address: ManagementAddress(address))
            try await management.importDefinitions(Topology.certForge.definitions(virtualHost: virtualHost))
            Console.result("The topology is declared in the virtual host \(virtualHost).")
        }
    }
}
