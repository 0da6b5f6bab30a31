import Contracts
import UnixSignals

/// Follows a job until it has ended.
struct JobWatch: Sendable {
    /// Why the job is not followed any longer, although it goes on.
    enum Ending: Error, Sendable {
        case interrupted
        case timeLimit(Duration)
        case gateway(GatewayFailure)
    }

    let client: GatewayClient
    let progress: ProgressBar

    /// The job once it has ended.
    ///
    /// - Throws: `Ending` when the job does not end within `limit`, when the gateway stays away for a minute or does not
    ///   answer this caller any more, and on SIGINT and SIGTERM.
    func finished(_ id: String, within limit: Duration) async throws -> JobAnswer {
        defer { progress.end() }
        return try await withThrowingTaskGroup(of: JobAnswer.self) { group in
            group.addTask { try await follow(id) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw Ending.timeLimit(limit)
            }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { throw Ending.interrupted }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            guard let job = try await group.next() else { throw CancellationError() }
            return job
        }
    }

    private func follow(_ id: String) async throws -> JobAnswer {
        let patience = Patience { [progress] failure in progress.note("Waiting for the gateway: \(failure)") }
        do {
            while true {
                let job: JobAnswer = try await patience.answer {
                    try await client.get("/api/v1/certifications/jobs/\(id)")
                }
                progress.show(job)
                if job.status.isTerminal { return job }
                try await Task.sleep(for: .milliseconds(250))
            }
        } catch let failure as GatewayFailure {
            throw Ending.gateway(failure)
        }
    }
}

extension JobWatch.Ending {
    /// Why, in a sentence, and how to look after the job.
    func explanation(job id: String) -> String {
        let why =
            switch self {
            case .interrupted: "Stopped waiting."
            case .timeLimit(let limit): "Stopped waiting after \(Int(limit / .seconds(1)).counted("second"))."
            case .gateway(let failure): "Stopped waiting. \(failure)"
            }
        return """
            \(why)
            The job goes on. Look at it:  certforge jobs show \(id)
                             Cancel it:   certforge jobs cancel \(id)
            """
    }
}
