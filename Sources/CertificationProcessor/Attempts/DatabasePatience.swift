import CertificationStore
import Logging
import Messaging
import Postgres
import ServiceLifecycle

/// Waits out trouble with the database.
struct DatabasePatience: Sendable {
    var backoff = Backoff(first: .milliseconds(100), cap: .seconds(2))
    let logger: Logger

    /// Repeats `write`, which must recognise a write of its own whose commit was uncertain. Each try is done to its end,
    /// the first also when the task has been cancelled before.
    ///
    /// - Returns: nil when the lease ran out first; whether a write was committed is then unknown.
    func write<Outcome: Sendable>(
        under lease: Lease, _ write: @escaping @Sendable () async throws -> Outcome
    ) async throws -> Outcome? {
        var backoff = backoff
        var random = SystemRandomNumberGenerator()
        while true {
            do {
                return try await shielded(write)
            } catch let error as PostgresError where error.isConnectionTrouble || error.isRetriable {
                logger.warning("The database is out of reach", error: error)
                guard lease.isValid(at: .now) else { return nil }
                try await Task.sleep(for: backoff.next(using: &random))
            }
        }
    }

    /// Repeats `work` until the database has answered. What is to be done need not have anything to do with a lease.
    ///
    /// - Returns: nil when the process shuts down first.
    /// - Throws: `CancellationError`, and every error of `work` that is no trouble of the database's.
    func untilReached<Outcome: Sendable>(
        _ complaint: Logger.Message, _ work: () async throws -> Outcome
    ) async throws -> Outcome? {
        var backoff = backoff
        var random = SystemRandomNumberGenerator()
        while true {
            do {
                return try await work()
            } catch let error as PostgresError where error.isConnectionTrouble || error.isRetriable {
                logger.log(level: backoff.failures == 0 ? .warning : .debug, complaint, error: error)
            }
            let pause = backoff.next(using: &random)
            // Ends early when the process shuts down.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
            try Task.checkCancellation()
            if Task.isShuttingDownGracefully { return nil }
        }
    }
}

/// Does a short piece of work to its end although the surrounding task has been cancelled.
///
/// Unstructured, because a structured child would inherit the cancellation; the caller waits for it all the same.
func shielded<Outcome: Sendable>(
    _ work: @escaping @Sendable () async throws -> Outcome
) async throws -> Outcome {
    try await Task { try await work() }.value
}
