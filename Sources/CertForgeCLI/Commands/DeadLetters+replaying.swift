import ArgumentParser
import Foundation

extension DeadLetters {
    struct ReplayLetters: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "replay", abstract: "Send dead letters again: a canary first, then all, at a rate.",
            discussion: """
                Stops by itself when the canary fails or too many of the rest do; what was not sent stays open. Ends with 0 \
                when the replay completed, with 3 when it stopped by itself, and with 130 when it was interrupted; the \
                replay goes on then.
                """)

        @Argument(help: "Ids of letters.")
        var ids: [String] = []

        @Flag(help: "All open letters.")
        var all = false

        @Flag(help: "Only say what would become of each letter.")
        var dryRun = false

        @Option(help: "How many letters each canary stage sends, for example 1,10; 0 for no canary.")
        var canary: String = "1,10"

        @Option(help: "Messages a second, from 0.1 to 5000.")
        var rate: Double = 50

        @Option(help: "Stop the last stage after so many failures.")
        var stopAfter: Int = 10

        @Option(help: "Seconds that a message which is about no certification is given to come back.")
        var observe: Double = 30

        @Flag(inversion: .prefixedNo, help: "Wait for the outcome.")
        var wait = true

        @OptionGroup var filter: LetterFilter
        @OptionGroup var gateway: GatewayAddress

        func validate() throws {
            guard [!ids.isEmpty, all, !filter.fields.isEmpty].count(where: \.self) == 1 else {
                throw ValidationError("Say which letters: ids, options that select (for example --group), or --all.")
            }
            guard stages != nil else {
                throw ValidationError("--canary is '\(canary)'; it must be numbers from 1 with commas, or 0.")
            }
        }

        /// Nil when the option is malformed.
        var stages: [Int]? {
            if canary == "0" { return [] }
            let numbers = canary.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
            return numbers.allSatisfy { $0 > 0 } ? numbers : nil
        }

        func run() async throws {
            let client = try await gateway.client()
            let path = "\(DeadLetters.path)/replays"
            var request = ReplayRequest(
                ids: ids.isEmpty ? nil : ids, filter: filter.fields.isEmpty ? nil : filter.fields,
                all: all ? true : nil,
                canary: stages, ratePerSecond: rate, stopAfterFailures: stopAfter, observe: observe)
            if dryRun {
                request.dryRun = true
                return Self.show(try await client.post(path, request))
            }
            let replay: ReplayAnswer = try await client.post(path, request)
            Console.result("Replay \(replay.id): \(replay.total.counted("letter"))")
            guard wait else { return }
            let ended = try await ReplayWatch(client: client, progress: ProgressBar()).ended(replay.id)
            Console.result(ended.line)
            guard ended.state == "COMPLETED" else {
                Console.result((ended.reason ?? "It was stopped.").terminalSafe)
                throw ExitCode(3)
            }
        }

        private static func show(_ preview: ReplayPreviewAnswer) {
            for item in preview.items {
                Console.result("\(item.letterId)  \(item.prospect.padding(to: 13))  \(item.why ?? "")".terminalSafe)
            }
            let counts = preview.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            Console.result(counts.isEmpty ? "No open dead letter is among these." : counts.joined(separator: ", "))
        }
    }

    struct Replays: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The newest replays, or one with its letters.")

        @Argument(help: "A replay's id.")
        var id: String?

        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            let path = "\(DeadLetters.path)/replays"
            guard let id else {
                try await reading.show(path) { (page: ReplayPageAnswer) in
                    page.replays.isEmpty ? "There are no replays." : page.replays.map(\.line).joined(separator: "\n")
                }
                return
            }
            try await reading.show("\(path)/\(id)", query: .init(["limit": "100"])) { (replay: ReplayAnswer) in
                let items = (replay.items ?? []).map { item in
                    let back = item.cameBackAs.map { "  came back as \($0)" } ?? ""
                    return "  \(item.letterId)  \(item.state.padding(to: 9))\(back)  \(item.why ?? "")"
                }
                return ([replay.line] + [replay.reason].compactMap(\.self) + items).map(\.terminalSafe)
                    .joined(separator: "\n")
            }
        }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Have a replay send nothing more.")

        @Argument(help: "The replay's id.")
        var id: String

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let replay: ReplayAnswer = try await gateway.client().post(
                "\(DeadLetters.path)/replays/\(id)/stop", [String: String]())
            Console.result(replay.line)
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Have a replay that stopped go on.")

        @Argument(help: "The replay's id.")
        var id: String

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let replay: ReplayAnswer = try await gateway.client().post(
                "\(DeadLetters.path)/replays/\(id)/resume", [String: String]())
            Console.result(replay.line)
        }
    }
}
