import ArgumentParser
import Contracts
import Foundation

/// Looks at waiting work and steers it.
struct Waiting: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List waiting work, send it now, put it off, cancel it.",
        discussion:
            "Waiting work is what is to be sent later: next attempts after trouble, and attempts that were put off.",
        subcommands: [List.self, RunNow.self, Postpone.self, Cancel.self], defaultSubcommand: List.self)

    static let path = "/api/v1/waiting"

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "What waits, the soonest first.")

        @Option(help: "How many, from 1 to 100.")
        var limit: Int = 20

        @Option(help: "Only 'retry' or 'deferred'.")
        var kind: String?

        @OptionGroup var filter: WaitingOptions
        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            let query = [URLQueryItem]([
                "limit": "\(limit)", "kind": kind, "job": filter.job?.description, "model": filter.model,
                "region": filter.region,
            ])
            try await reading.show(Waiting.path, query: query) { (page: WaitingPageAnswer) in
                guard !page.items.isEmpty else { return "Nothing waits." }
                let lines = page.items.map { Waiting.line($0, now: Date()).terminalSafe }
                return (lines + (page.next == nil ? [] : ["… and more"])).joined(separator: "\n")
            }
        }
    }

    struct RunNow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run-now", abstract: "Send one item, or all that match, at once.")

        @Argument(help: "The item's id; or name what with the options.")
        var id: MessageID?

        @OptionGroup var filter: WaitingOptions
        @OptionGroup var gateway: GatewayAddress

        func validate() throws { try filter.validate(with: id) }

        func run() async throws {
            try await Waiting.act("run-now", id, filter, WaitingActionRequest(), "sent now", gateway)
        }
    }

    struct Postpone: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put off one item, or all that match; at most 30 days from now.")

        @Argument(help: "The item's id; or name what with the options.")
        var id: MessageID?

        @Option(name: .customLong("for"), help: "How long from now, as 45s, 10m, 2h or 1d.")
        var length: Wait?

        @Option(help: "Until when, as 2026-01-31T18:00:00Z.")
        var until: String?

        @OptionGroup var filter: WaitingOptions
        @OptionGroup var gateway: GatewayAddress

        func validate() throws {
            try filter.validate(with: id)
            guard (length == nil) != (until == nil) else {
                throw ValidationError("Say until when with exactly one of --for and --until.")
            }
        }

        func run() async throws {
            let request = WaitingActionRequest(until: until, seconds: length?.seconds)
            try await Waiting.act("postpone", id, filter, request, "put off", gateway)
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancel the certification of one item, or of all that match.")

        @Argument(help: "The item's id; or name what with the options.")
        var id: MessageID?

        @OptionGroup var filter: WaitingOptions
        @OptionGroup var gateway: GatewayAddress

        func validate() throws { try filter.validate(with: id) }

        func run() async throws {
            guard let id else {
                return try await Waiting.act("cancel", nil, filter, WaitingActionRequest(), "cancelled", gateway)
            }
            let item: WaitingItemAnswer = try await gateway.client().delete("\(Waiting.path)/\(id)")
            Console.result("\(item.model) in \(item.region) is cancelled.".terminalSafe)
        }
    }

    /// Acts on one item or on all that match, and says what came of it in the words of `done`.
    private static func act(
        _ action: String, _ id: MessageID?, _ filter: WaitingOptions, _ request: WaitingActionRequest, _ done: String,
        _ gateway: GatewayAddress
    ) async throws {
        var request = request
        guard let id else {
            (request.job, request.model, request.region) = (filter.job?.description, filter.model, filter.region)
            let outcome: WaitingOutcomeAnswer = try await gateway.client().post("\(path)/\(action)", request)
            let more = outcome.hasMore ? " There are more; run the command again." : ""
            Console.result("\(outcome.changed.counted("item")) \(done).\(more)")
            return
        }
        let item: WaitingItemAnswer = try await gateway.client().post("\(path)/\(id)/\(action)", request)
        Console.result(line(item, now: Date()).terminalSafe)
    }

    static func line(_ item: WaitingItemAnswer, now: Date) -> String {
        let due = Wait.until(item.due, from: now).padding(to: 12)
        let why = [item.reasonCode, item.reason].compactMap(\.self).joined(separator: ": ")
        return "\(item.id)  \(due)  \(item.kind) \(item.attempt)  \(item.model)  \(item.region)  \(why)"
    }
}

/// Which waiting work is meant.
struct WaitingOptions: ParsableArguments {
    @Option(help: "Only work of this job.")
    var job: JobID?

    @Option(help: "Only work on this model.")
    var model: String?

    @Option(help: "Only work in this region.")
    var region: String?

    /// An item by its id, or several by what they have in common; never all there are by mistake.
    func validate(with id: MessageID?) throws {
        let isFiltered = job != nil || model != nil || region != nil
        guard (id == nil) == isFiltered else {
            throw ValidationError("Name one item by its id, or several with --job, --model and --region.")
        }
    }
}
