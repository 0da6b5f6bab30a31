import ArgumentParser
import Foundation

/// Asks the providers which models they have, and shows what they said.
struct Registry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask the providers for their models, and see what changed.",
        subcommands: [Show.self, Sync.self, Changes.self], defaultSubcommand: Show.self)

    private static let path = "/api/v1/registry"

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What each region told, and which models end.")

        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            try await reading.show(Registry.path) { (state: RegistryStateAnswer) in
                guard !state.regions.isEmpty else {
                    return "No region has been asked yet; `certforge registry sync` asks all."
                }
                return state.lines.map(\.terminalSafe).joined(separator: "\n")
            }
        }
    }

    struct Sync: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask all regions now and wait for it.",
            discussion: "Ends with 3 when a region did not answer.")

        @Flag(inversion: .prefixedNo, help: "Wait until it is done.")
        var wait = true

        @OptionGroup var gateway: GatewayAddress

        private struct Nothing: Encodable {}

        func run() async throws {
            let client = try await gateway.client()
            var sync: RegistrySyncAnswer = try await client.post("\(Registry.path)/syncs", Nothing())
            Console.result("Sync \(sync.id): \(sync.status)".terminalSafe)
            guard wait else { return }
            let deadline = ContinuousClock.now + .seconds(600)
            while ["QUEUED", "RUNNING"].contains(sync.status), ContinuousClock.now < deadline {
                try await Task.sleep(for: .seconds(1))
                sync = try await client.get("\(Registry.path)/syncs/\(sync.id)")
            }
            Console.result("Sync \(sync.id): \(sync.status)".terminalSafe)
            let state: RegistryStateAnswer = try await client.get(Registry.path)
            for line in state.lines { Console.result(line.terminalSafe) }
            guard sync.status == "DONE" else { throw ExitCode(3) }
        }
    }

    struct Changes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What changed, the newest first.")

        @Option(help: "How many, from 1 to 100.")
        var limit: Int = 50

        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            try await reading.show("\(Registry.path)/changes", query: .init(["limit": "\(limit)"])) {
                (page: RegistryChangePageAnswer) in
                guard !page.changes.isEmpty else { return "Nothing has changed since the first sync." }
                let lines = page.changes.map(\.line.terminalSafe)
                return (lines + (page.next == nil ? [] : ["… and more"])).joined(separator: "\n")
            }
        }
    }
}

/// What the regions told, as the gateway shows it.
struct RegistryStateAnswer: Decodable, Sendable {
    struct Region: Decodable, Sendable {
        var provider: String
        var region: String
        var models: Int
        var syncedAt: String?
        var triedAt: String
        var failure: String?
    }

    struct Ending: Decodable, Sendable {
        var model: String
        var region: String
        var lifecycle: String?
        var endOfLife: String?
        var retiredAt: String?
    }

    var regions: [Region]
    var ending: [Ending]

    var lines: [String] {
        regions.map { region in
            let stale = region.failure.map { "  STALE since \(region.triedAt): \($0)" } ?? ""
            return "\(region.provider)  \(region.region)  \(region.models.counted("model")), as of "
                + "\(region.syncedAt ?? "never")\(stale)"
        }
            + ending.map { model in
                let words = [
                    model.lifecycle, model.endOfLife.map { "ends \($0)" }, model.retiredAt.map { "gone since \($0)" },
                ].compactMap(\.self)
                return "\(model.model)  \(model.region)  \(words.joined(separator: ", "))"
            }
    }
}

struct RegistrySyncAnswer: Decodable, Sendable {
    var id: String
    var status: String
}

struct RegistryChangePageAnswer: Decodable, Sendable {
    struct Change: Decodable, Sendable {
        var kind: String
        var model: String
        var region: String
        var fields: [String: [String]]
        var noticedAt: String

        var line: String {
            let changed = fields.sorted { $0.key < $1.key }
                .map { "\($0.key): \($0.value.joined(separator: " → "))" }.joined(separator: "; ")
            return "\(noticedAt)  \(kind)  \(model)  \(region)  \(changed)"
        }
    }

    var changes: [Change]
    var next: String?
}
