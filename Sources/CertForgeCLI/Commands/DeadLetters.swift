import ArgumentParser
import CertificationStore
import Contracts
import Foundation

/// Looks at what was given up, and sends it again.
struct DeadLetters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters", abstract: "List, group, show, edit, replay and discard dead letters.",
        subcommands: [
            List.self, Groups.self, Show.self, History.self, Edit.self, Discard.self, ReplayLetters.self, Replays.self,
            Stop.self, Resume.self,
        ],
        defaultSubcommand: Groups.self)

    static let path = "/api/v1/dead-letters"

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The newest dead letters.")

        @Option(help: "How many, from 1 to 100.")
        var limit: Int = 20

        @Option(help: "Only letters in this status: OPEN, REPLAYING, REPLAYED or DISCARDED.")
        var status: String?

        @OptionGroup var filter: LetterFilter
        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            let query = filter.query + [URLQueryItem](["limit": "\(limit)", "status": status])
            try await reading.show(DeadLetters.path, query: query) { (page: DeadLetterPageAnswer) in
                guard !page.deadLetters.isEmpty else { return "No dead letters." }
                let lines = page.deadLetters.map { letter in
                    "\(letter.id)  \(letter.receivedAt)  \(letter.status.padding(to: 9))  \(letter.title)".terminalSafe
                }
                return (lines + (page.next == nil ? [] : ["… and more"])).joined(separator: "\n")
            }
        }
    }

    struct Groups: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The kinds of dead letters that are open, those with the most first.")

        @Flag(help: "Show kinds whose letters were all replayed or discarded, too.")
        var all = false

        @OptionGroup var filter: LetterFilter
        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            try await reading.show(DeadLetters.path + "/groups", query: filter.query) {
                (answer: DeadLetterGroupsAnswer) in
                let groups = answer.groups.filter { all || $0.isOpen }
                guard !groups.isEmpty else {
                    return answer.groups.isEmpty ? "No dead letters." : "No open dead letters; --all shows the others."
                }
                return groups.flatMap(\.lines).map(\.terminalSafe).joined(separator: "\n")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One dead letter with everything that is known of it.")

        @Argument(help: "The letter's id.")
        var id: String

        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            try await reading.show("\(DeadLetters.path)/\(id)") { (letter: DeadLetterAnswer) in
                LetterReport(letter).lines.map(\.terminalSafe).joined(separator: "\n")
            }
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Who did what to a dead letter or, with --replay, to a replay.")

        @Argument(help: "The letter's or the replay's id.")
        var id: String

        @Flag(help: "The id is a replay's.")
        var replay = false

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let client = try await gateway.client()
            let audit: [AuditAnswer]?
            if replay {
                let answer: ReplayAnswer = try await client.get("\(DeadLetters.path)/replays/\(id)")
                audit = answer.audit
            } else {
                let answer: DeadLetterAnswer = try await client.get("\(DeadLetters.path)/\(id)")
                audit = answer.audit
            }
            for entry in audit ?? [] { Console.result(entry.line) }
        }
    }
}

/// The options that select dead letters.
struct LetterFilter: ParsableArguments {
    @Option(help: "Only of this cause, for example attempts-exhausted.")
    var cause: String?

    @Option(help: "Only messages of this type.")
    var type: String?

    @Option(help: "Only from this queue.")
    var queue: String?

    @Option(help: "Only of this job.")
    var job: JobID?

    @Option(help: "Only with this text in the error.")
    var text: String?

    @Option(help: "Only of this group, by its fingerprint.")
    var group: String?

    /// The filter's fields by the names that a body has.
    var fields: [String: String] {
        let all = [
            "cause": cause, "type": type, "queue": queue, "job": job?.description, "text": text, "fingerprint": group,
        ]
        return all.compactMapValues { $0 }
    }

    var query: [URLQueryItem] {
        fields.sorted { $0.key < $1.key }.map { URLQueryItem(name: $0.key == "text" ? "q" : $0.key, value: $0.value) }
    }
}
