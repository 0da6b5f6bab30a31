import ArgumentParser
import UnixSignals

/// Follows a replay until it is over and every outcome is known.
struct ReplayWatch: Sendable {
    let client: GatewayClient
    let progress: ProgressBar

    /// The replay once it is over.
    ///
    /// - Throws: `GatewayFailure` when the gateway stays away for a minute; `ExitCode` 130 on SIGINT and SIGTERM.
    func ended(_ id: String) async throws -> ReplayAnswer {
        defer { progress.end() }
        return try await withThrowingTaskGroup(of: ReplayAnswer.self) { group in
            group.addTask { try await follow(id) }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                    Console.note("\nStopped waiting. The replay goes on; stop it: certforge dead-letters stop \(id)\n")
                    // 128 and the signal's number, as shells have it.
                    throw ExitCode(130)
                }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            guard let replay = try await group.next() else { throw CancellationError() }
            return replay
        }
    }

    private func follow(_ id: String) async throws -> ReplayAnswer {
        let patience = Patience { [progress] failure in progress.note("Waiting for the gateway: \(failure)") }
        while true {
            let replay: ReplayAnswer = try await patience.answer {
                try await client.get("\(DeadLetters.path)/replays/\(id)")
            }
            progress.show(replay)
            if replay.settled { return replay }
            try await Task.sleep(for: .milliseconds(250))
        }
    }
}
