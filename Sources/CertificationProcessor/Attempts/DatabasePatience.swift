import CertificationStore
import Logging
import Messaging
import Postgres

/// Writes under a lease for as long as the lease holds: trouble with the database is waited out.
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
}

/// Does a short piece of work to its end although the surrounding task has been cancelled.
///
/// Unstructured, because a structured child would inherit the cancellation; the caller waits for it all the same.
func shielded<Outcome: Sendable>(
    _ work: @escaping @Sendable () async throws -> Outcome
) async throws -> Outcome {
    try await Task { try await work() }.value
}
