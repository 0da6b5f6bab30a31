import Synchronization

/// A number of places that tasks take and give back; whoever comes when all are taken waits in line.
final class Slots: Sendable {
    private struct State {
        var free: Int
        var isClosed = false
        var line: [CheckedContinuation<Bool, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Waits for a place.
    ///
    /// - Returns: false when the slots were closed; there is nothing to give back then.
    func take() async -> Bool {
        await withCheckedContinuation { continuation in
            let taken: Bool? = state.withLock { state in
                if state.isClosed { return false }
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.line.append(continuation)
                return nil
            }
            if let taken { continuation.resume(returning: taken) }
        }
    }

    func giveBack() {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            guard state.line.isEmpty else { return state.line.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume(returning: true)
    }

    /// Lets nobody in any more; those in line leave with false.
    func close() {
        let line = state.withLock { state in
            state.isClosed = true
            defer { state.line = [] }
            return state.line
        }
        for continuation in line { continuation.resume(returning: false) }
    }
}
