import ArgumentParser
import Contracts
import Foundation

/// Asks for certifications and shows how they come along.
struct Certify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Certify models in regions and wait for the verdicts.",
        discussion: """
            Ends with 0 when every target was judged, whatever the verdict; --require says what else it takes, and ends \
            with 4 when a target was judged and falls short of it. Ends with 3 when some or all targets could not be \
            judged, with 1 when the outcome is not known and with 130 when it was interrupted; the job goes on then.
            """)

    @OptionGroup var selection: SelectionOptions

    @OptionGroup var cost: CostOptions

    @Flag(help: "Only say what it would cost.")
    var estimate = false

    @Option(
        help: ArgumentHelp(
            "What every target must come to for the exit code 0: judged, quality-warning (or better) or certified.",
            valueName: "outcome"))
    var require: Requirement = .judged

    @Flag(inversion: .prefixedNo, help: "Wait for the verdicts.")
    var wait = true

    @Option(help: "Give up waiting after this many seconds, from 1 to 604800; the job goes on.")
    var timeout: Int = 3_600

    @OptionGroup var reading: ReadingOptions

    func validate() throws {
        guard (1...604_800).contains(timeout) else {
            throw ValidationError("--timeout is \(timeout); it must be from 1 to 604800 seconds.")
        }
        guard wait || require == .judged else {
            throw ValidationError("--require needs the verdicts; leave --no-wait out.")
        }
    }

    func run() async throws {
        let client = try await reading.gateway.client()
        let asked = cost.applied(to: selection.request)
        let prospect: GatewayAnswer<EstimateAnswer> = try await patiently {
            try await client.answer("/api/v1/certifications/estimates", to: asked)
        }
        let table = EstimateTable(prospect.body, reuses: !selection.force, budget: cost.budget)
        guard !estimate else { return Console.result(reading.json ? prospect.json : table.text) }
        if let warning = table.budgetWarning { Console.note("\(warning.terminalSafe)\n") }
        let accepted = try await submit(try cost.confirmed(asked, table), to: client)
        show(accepted)
        guard wait else { return }
        let job = try await verdicts(of: accepted.body, from: client)
        Console.result(reading.json ? job.json : VerdictMatrix(job.body).text)
        if let code = require.exitCode(for: job.body) { throw code }
    }

    /// The job as it was accepted; with --json its end alone is the result, when it is waited for.
    private func show(_ accepted: GatewayAnswer<JobAnswer>) {
        let job = accepted.body
        let targets = job.targetCount.counted("target")
        let line = "Job \(job.id): \(targets), suite \(job.suite), lane \(job.lane)".terminalSafe
        guard reading.json else { return Console.result(line) }
        if wait { Console.note(line + "\n") } else { Console.result(accepted.json) }
    }

    /// One key for all attempts, so that the job is made once even when an answer was lost.
    private func submit(_ request: JobRequest, to client: GatewayClient) async throws -> GatewayAnswer<JobAnswer> {
        let key = UUID()
        return try await patiently {
            try await client.post("/api/v1/certifications/jobs", request, idempotencyKey: key)
        }
    }

    private func patiently<Answer: Sendable>(_ call: () async throws -> Answer) async throws -> Answer {
        let progress = ProgressBar(columns: nil, write: Console.note)
        return try await Patience { progress.note("Waiting for the gateway: \($0)") }.answer(of: call)
    }

    /// The job once it has ended, with the figures that say why.
    private func verdicts(of accepted: JobAnswer, from client: GatewayClient) async throws -> GatewayAnswer<JobAnswer> {
        do {
            let ended = try await JobWatch(client: client, progress: ProgressBar()).finished(
                accepted.id, within: .seconds(timeout))
            return try await patiently {
                try await client.answer(
                    "/api/v1/certifications/jobs/\(ended.id)", query: [URLQueryItem(name: "figures", value: "true")])
            }
        } catch let ending as JobWatch.Ending {
            Console.note(ending.explanation(job: accepted.id) + "\n")
            // 128 and the signal's number, as shells have it.
            if case .interrupted = ending { throw ExitCode(130) }
            throw ExitCode.failure
        }
    }
}

/// What each of a job's targets must come to.
enum Requirement: String, CaseIterable, ExpressibleByArgument {
    case judged
    case qualityWarning = "quality-warning"
    case certified

    /// Nil when an ended job has what is required. What fell short for sure comes before what is not known.
    func exitCode(for job: JobAnswer) -> ExitCode? {
        let isShort = job.counts.contains { name, count in
            count > 0 && CertificationStatus(rawValue: name).map(fallsShort) == true
        }
        if isShort { return ExitCode(4) }
        return job.status == .completed ? nil : ExitCode(3)
    }

    private func fallsShort(_ status: CertificationStatus) -> Bool {
        switch status {
        case .failed, .unsupported: self != .judged
        case .qualityWarning: self == .certified
        case .certified, .inconclusive, .cancelled, .queued, .processing, .retrying: false
        }
    }
}
