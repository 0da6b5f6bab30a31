import Synchronization

/// The tasks that listen, so that closing the client ends them.
final class ListenerRegistry: Sendable {
    private enum State {
        case open([Int: Task<Void, Never>], next: Int)
        case closed
    }

    private let state = Mutex(State.open([:], next: 0))

    /// Starts a task, unless the registry is closed.
    func add(_ start: () -> Task<Void, Never>) -> Int {
        let task = start()
        return state.withLock { state in
            guard case .open(var tasks, let number) = state else {
                task.cancel()
                return 0
            }
            tasks[number] = task
            state = .open(tasks, next: number + 1)
            return number
        }
    }

    func cancel(_ number: Int) {
        state.withLock { state in
            guard case .open(var tasks, let next) = state else { return }
            tasks.removeValue(forKey: number)?.cancel()
            state = .open(tasks, next: next)
        }
    }

    func close() {
        let tasks: [Task<Void, Never>] = state.withLock { state in
            defer { state = .closed }
            guard case .open(let tasks, _) = state else { return [] }
            return Array(tasks.values)
        }
        for task in tasks { task.cancel() }
    }
}
