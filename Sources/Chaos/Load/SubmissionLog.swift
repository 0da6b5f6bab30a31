import Foundation
import Synchronization

/// A job that was answered with 202.
struct AcceptedJob: Sendable, Hashable {
    var id: UUID
    var key: String
    var targetCount: Int
    var recipients: [String]
    /// Whether a DELETE was answered with 200 or 202.
    var isCancelled = false
}

/// What the load generator knows to be true, from the answers it got.
final class SubmissionLog: Sendable {
    struct State: Sendable {
        var accepted: [String: AcceptedJob] = [:]
        /// Keys that were sent and never answered with 202.
        var unanswered: Set<String> = []
        /// Answers that a connection's end or a deadline kept away.
        var failedRequests = 0
        /// Answers by status other than 202.
        var refused: [Int: Int] = [:]
        /// A key for which two different jobs were answered.
        var contradictions: [String] = []
        var replayed = 0
    }

    private let state = Mutex(State())

    var snapshot: State { state.withLock { $0 } }

    func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
    }

    /// Notes a 202. The same key must always mean the same job.
    func accept(_ job: AcceptedJob, isReplay: Bool) {
        state.withLock { state in
            state.unanswered.remove(job.key)
            if isReplay { state.replayed += 1 }
            if let earlier = state.accepted[job.key], earlier.id != job.id {
                state.contradictions.append("\(job.key): \(earlier.id) and \(job.id)")
            } else if state.accepted[job.key] == nil {
                state.accepted[job.key] = job
            }
        }
    }
}
