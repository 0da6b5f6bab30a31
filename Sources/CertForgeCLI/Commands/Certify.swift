import ArgumentParser
import Contracts
import Foundation

/// Asks for certifications and shows how they come along.
struct Certify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Certify models in regions and wait for the verdicts.",
        discussion: """
            Ends with 0 when every target was judged, with 3 when some or all could not be, with 1 when that is not known \
            and with 130 when it was interrupted; the job goes on then.
            """)

    @OptionGroup var selection: SelectionOptions

    @OptionGroup var cost: CostOptions

    @Flag(help: "Only say what it would cost.")
    var estimate = false

    @Flag(inversion: .prefixedNo, help: "Wait for the verdicts.")
    var wait = true

    @Option(help: "Give up waiting after this many seconds, from 1 to 604800; the job goes on.")
    var timeout: Int = 3_600

    @OptionGroup var gateway: GatewayAddress

    func validate() throws {
        guard (1...604_800).contains(timeout) else {
            throw ValidationError("--timeout is \(timeout); it must be from 1 to 604800 seconds.")
        }
    }

    func run() async throws {
        let client = try await gateway.client()
        let asked = cost.applied(to: selection.request)
        let prospect: EstimateAnswer = try await patiently {
            try await client.post("/api/v1/certifications/estimates", asked)
        }
        guard !estimate else { return Console.result(EstimateTable(prospect).text) }
        let accepted = try await submit(try cost.confirmed(asked, prospect), to: client)
        let targets = accepted.targetCount.counted("target")
        Console.result("Job \(accepted.id): \(targets), suite \(accepted.suite), lane \(accepted.lane)".terminalSafe)
        guard wait else { return }
        let job = try await verdicts(of: accepted, from: client)
        Console.result(VerdictMatrix(job).text)
        guard job.status == .completed else { throw ExitCode(3) }
    }

    /// One key for all attempts, so that the job is made once even when an answer was lost.
    private func submit(_ request: JobRequest, to client: GatewayClient) async throws -> JobAnswer {
        let key = UUID()
        return try await patiently {
            try await client.post("/api/v1/certifications/jobs", request, idempotencyKey: key)
        }
    }

    private func patiently<Answer: Sendable>(_ call: () async throws -> Answer) async throws -> Answer {
        let progress = ProgressBar(columns: nil, write: Console.note)
        return try await Patience { progress.note("Waiting for the gateway: \($0)") }.answer(of: call)
    }

    private func verdicts(of accepted: JobAnswer, from client: GatewayClient) async throws -> JobAnswer {
        do {
            return try await JobWatch(client: client, progress: ProgressBar()).finished(
                accepted.id, within: .seconds(timeout))
        } catch let ending as JobWatch.Ending {
            Console.note(ending.explanation(job: accepted.id) + "\n")
            // 128 and the signal's number, as shells have it.
            if case .interrupted = ending { throw ExitCode(130) }
            throw ExitCode.failure
        }
    }
}
