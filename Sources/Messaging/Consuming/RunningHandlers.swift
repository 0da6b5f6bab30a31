import Foundation
import Synchronization

/// The handlers at work, so that all of them can be cancelled when a drain's time is up.
final class RunningHandlers: Sendable {
    private struct State {
        var tasks: [UUID: Task<Disposition, any Error>] = [:]
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// Runs `work` to its end, which `cancelAll` hastens. The caller itself is not cancelled by that and can still settle.
    ///
    /// - Returns: nil when the work failed because it was cancelled.
    func run(_ work: @escaping @Sendable () async throws -> Disposition) async -> Result<Disposition, any Error>? {
        // A task of its own, because cancelling the work must not cancel the settling; the caller waits for its end.
        let task = Task { try await work() }
        let key = UUID()
        let isCancelled = state.withLock { state in
            state.tasks[key] = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        state.withLock { $0.tasks[key] = nil }
        if case .failure = result, task.isCancelled { return nil }
        return result
    }

    func cancelAll() {
        let tasks = state.withLock { state in
            state.isCancelled = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
    }
}
