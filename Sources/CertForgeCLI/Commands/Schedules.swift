import ArgumentParser
import Contracts
import Foundation

/// Makes recurring certifications and looks after them.
struct Schedules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Certify again and again: list, make, pause and run schedules.",
        subcommands: [
            List.self, Create.self, Show.self, Pause.self, Resume.self, Run.self, Delete.self,
        ], defaultSubcommand: List.self)

    static let path = "/api/v1/schedules"

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All schedules by name.")

        @Option(help: "How many, from 1 to 100.")
        var limit: Int = 100

        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            try await reading.show(Schedules.path, query: .init(["limit": "\(limit)"])) { (page: SchedulePageAnswer) in
                guard !page.schedules.isEmpty else { return "There are no schedules." }
                let lines = page.schedules.map { Schedules.line($0, now: Date()).terminalSafe }
                return (lines + (page.next == nil ? [] : ["… and more"])).joined(separator: "\n")
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a schedule.",
            discussion: "What it may cost is agreed to once, for each of its jobs.")

        @Argument(help: "Its name, unique among the schedules.")
        var name: String

        @Option(help: "A cron expression of five fields, or @daily and the like.")
        var cron: String?

        @Option(help: "The time zone of the expression, as Europe/Berlin; default: UTC.")
        var timeZone: String?

        @Option(help: "The time between two runs, as 10m, 6h or 1d; from a minute.")
        var every: Wait?

        @Option(help: "What to do about missed times: latest, none or all; default: latest.")
        var catchUp: String?

        @Option(help: "What to do while the job before runs: skip or allow; default: skip.")
        var overlap: String?

        @OptionGroup var selection: SelectionOptions
        @OptionGroup var cost: CostOptions
        @OptionGroup var gateway: GatewayAddress

        func validate() throws {
            guard (cron == nil) != (every == nil) else {
                throw ValidationError("Say when with exactly one of --cron and --every.")
            }
        }

        func run() async throws {
            let client = try await gateway.client()
            let asked = cost.applied(to: selection.request)
            // Each time it certifies anew, whatever holds by then.
            var anew = asked
            anew.force = true
            let prospect: EstimateAnswer = try await client.post("/api/v1/certifications/estimates", anew)
            let table = EstimateTable(prospect, reuses: false, budget: cost.budget)
            if let warning = table.budgetWarning { Console.note("\(warning.terminalSafe)\n") }
            let body = ScheduleBodyRequest(
                name: name, request: try cost.confirmed(asked, table), cron: cron, timeZone: timeZone,
                every: every?.seconds,
                catchUp: catchUp, overlap: overlap)
            let schedule: ScheduleAnswer = try await client.post(Schedules.path, body)
            Console.result(Schedules.text(schedule, now: Date()))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One schedule with what became of its last times.")

        @Argument(help: "The schedule's id.")
        var id: ScheduleArgument

        @OptionGroup var reading: ReadingOptions

        func run() async throws {
            try await reading.show("\(Schedules.path)/\(id)") { Schedules.text($0, now: Date()) }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a schedule rest.")

        @Argument(help: "The schedule's id.")
        var id: ScheduleArgument

        @OptionGroup var gateway: GatewayAddress

        func run() async throws { try await Schedules.setPaused(true, id, gateway) }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a schedule go on; what fell due during the pause is not made up for.")

        @Argument(help: "The schedule's id.")
        var id: ScheduleArgument

        @OptionGroup var gateway: GatewayAddress

        func run() async throws { try await Schedules.setPaused(false, id, gateway) }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a schedule's job now, beside the plan.")

        @Argument(help: "The schedule's id.")
        var id: ScheduleArgument

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            let client = try await gateway.client()
            let key = UUID()
            let patience = Patience { Console.note("Waiting for the gateway: \($0)\n") }
            let job: JobAnswer = try await patience.answer {
                try await client.post("\(Schedules.path)/\(id)/run", [String: String](), idempotencyKey: key)
            }.body
            Console.result("Job \(job.id): \(job.targetCount.counted("target"))".terminalSafe)
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a schedule; its jobs stay.")

        @Argument(help: "The schedule's id.")
        var id: ScheduleArgument

        @OptionGroup var gateway: GatewayAddress

        func run() async throws {
            try await gateway.client().remove("\(Schedules.path)/\(id)")
            Console.result("The schedule \(id) is deleted.")
        }
    }

    private static func setPaused(_ isPaused: Bool, _ id: ScheduleArgument, _ gateway: GatewayAddress) async throws {
        let schedule: ScheduleAnswer = try await gateway.client().patch(
            "\(path)/\(id)", ScheduleBodyRequest(paused: isPaused))
        Console.result(line(schedule, now: Date()).terminalSafe)
    }

    static func line(_ schedule: ScheduleAnswer, now: Date) -> String {
        let next = schedule.paused ? "paused" : schedule.due.first.map { Wait.until($0, from: now) } ?? "never"
        return "\(schedule.id)  \(next.padding(to: 12))  \(schedule.name)  \(schedule.timing)"
    }

    static func text(_ schedule: ScheduleAnswer, now: Date) -> String {
        var lines = [
            line(schedule, now: now), "  certifies \(schedule.selection), asked for by \(schedule.createdBy)",
            "  missed times: \(schedule.catchUp); while its job runs: \(schedule.overlap)",
        ]
        if !schedule.due.isEmpty { lines.append("  falls due \(schedule.due.joined(separator: ", "))") }
        if let counts = schedule.counts, !counts.isEmpty {
            lines.append(
                "  " + counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: " · "))
        }
        for firing in schedule.lastFirings ?? [] {
            let what = [firing.jobId.map { "job \($0)" }, firing.why, firing.askedBy.map { "asked for by \($0)" }]
            lines.append("  \(firing.due)  \(firing.status)  \(what.compactMap(\.self).joined(separator: ", "))")
        }
        return lines.map(\.terminalSafe).joined(separator: "\n")
    }
}

/// A schedule's id as it is typed.
struct ScheduleArgument: ExpressibleByArgument, CustomStringConvertible {
    let description: String

    /// Reads the canonical form of a UUID.
    init?(argument: String) {
        guard let id = UUID(uuidString: argument) else { return nil }
        description = id.uuidString.lowercased()
    }
}
