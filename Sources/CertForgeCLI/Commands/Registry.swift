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

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let state: RegistryStateAnswer = try await gateway.client().get(Registry.path)
            if state.regions.isEmpty {
                Console.result("No region has been asked yet; `certforge registry sync` asks all.")
            }
            for region in state.regions {
                let stale = region.failure.map { "  STALE since \(region.triedAt): \($0)" } ?? ""
                Console.result(
                    "\(region.provider)  \(region.region)  \(region.models.counted("model")), as of \(region.syncedAt ?? "never")\(stale)"
                        .terminalSafe)
            }
            for model in state.ending {
                let words = [
                    model.lifecycle, model.endOfLife.map { "ends \($0)" }, model.retiredAt.map { "gone since \($0)" },
                ].compactMap(\.self)
                Console.result("\(model.model)  \(model.region)  \(words.joined(separator: ", "))".terminalSafe)
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
            guard sync.status == "DONE" else { throw ExitCode(3) }
        }
    }

    struct Changes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What changed, the newest first.")

        @Option(help: "How many, from 1 to 100.")
        var limit: Int = 50

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let page: RegistryChangePageAnswer = try await gateway.client().get(
                "\(Registry.path)/changes", query: [URLQueryItem(name: "limit", value: "\(limit)")])
            if page.changes.isEmpty { Console.result("Nothing has changed since the first sync.") }
            for change in page.changes {
                let fields = change.fields.sorted { $0.key < $1.key }
                    .map { "\($0.key): \($0.value.joined(separator: " → "))" }.joined(separator: "; ")
                Console.result(
                    "\(change.noticedAt)  \(change.kind)  \(change.model)  \(change.region)  \(fields)".terminalSafe)
            }
            if page.next != nil { Console.result("… and more") }
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
    }

    var changes: [Change]
    var next: String?
}
