import ArgumentParser
import Contracts
import Foundation
import ServiceRuntime

/// Compares what the services need of the broker with what is there, and makes it so.
struct TopologyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology", abstract: "The broker's exchanges, queues, bindings, policies and permissions.",
        discussion: """
            Takes the address with user and password from RABBITMQ_MANAGEMENT_URL and the virtual host from \
            RABBITMQ_VIRTUAL_HOST (certforge). In what is shown, + is made, ~ changed, - deleted, ! left to a person, ? not \
            known, = as it should be.
            """,
        subcommands: [Plan.self, Apply.self, Check.self, Export.self, TopologyUsers.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the topology as RabbitMQ's definitions.json.")

        @Option(help: "The virtual host.")
        var virtualHost: String = "certforge"

        @Flag(help: "Print users, without passwords, and their permissions instead.")
        var permissions = false

        func run() async throws {
            let topology = Topology.certForge
            try FileHandle.standardOutput.write(
                contentsOf: permissions
                    ? topology.permissions(virtualHost: virtualHost) : topology.definitions(virtualHost: virtualHost))
        }
    }

    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what apply would change. Changes nothing.")

        @OptionGroup var pruning: Pruning

        func run() async throws {
            let planning = TopologyPlanning(try BrokerTarget(try await ServiceSettings.load()))
            planning.show(try await planning.plan(pruning: pruning.pruneBindings))
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what apply would change, and end with 0 when that is nothing.",
            discussion: "Ends with 2 when something has drifted, 3 when something conflicts, 1 when it cannot be told.")

        func run() async throws {
            let planning = TopologyPlanning(try BrokerTarget(try await ServiceSettings.load()))
            let plan = try await planning.plan()
            planning.show(plan)
            try plan.verdict.exit()
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the broker as the topology wants it.",
            discussion: """
                Shows the plan and asks before it changes anything; with --yes, or when standard input is no terminal, it \
                does not ask. Changes are made one by one and may be repeated. Nothing is deleted that could hold a message: \
                what would need that is shown with the way to replace it, and the command ends with 3.
                """)

        @Flag(help: "Do not ask. Also when standard input is no terminal.")
        var yes = false

        @OptionGroup var pruning: Pruning

        func run() async throws {
            let planning = TopologyPlanning(try BrokerTarget(try await ServiceSettings.load()))
            let plan = try await planning.plan(pruning: pruning.pruneBindings)
            planning.show(plan)
            if !plan.steps.isEmpty {
                guard yes || Console.confirm("Make \(plan.steps.count.counted("change"))?") else {
                    Console.result("Nothing was changed.")
                    throw ExitCode(TopologyPlan.Verdict.drift.rawValue)
                }
                try await planning.apply(plan) { Console.result($0) }
            }
            guard plan.conflicts.isEmpty else { throw ExitCode(TopologyPlan.Verdict.conflict.rawValue) }
            Console.result("The topology is declared in the virtual host \(planning.virtualHost).")
        }
    }

    struct Pruning: ParsableArguments {
        @Flag(help: "Delete bindings between our own exchanges and queues that are no longer used.")
        var pruneBindings = false
    }
}

extension TopologyPlanning {
    fileprivate func show(_ plan: TopologyPlan) {
        for line in plan.lines(virtualHost: virtualHost) { Console.result(line) }
        Console.result(plan.summary)
    }
}

extension TopologyPlan.Verdict {
    fileprivate func exit() throws {
        if self != .inSync { throw ExitCode(rawValue) }
    }
}
