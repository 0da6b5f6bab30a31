import Synchronization

/// A number of places that tasks take and give back; whoever comes when all are taken waits in line.
final class Slots: Sendable {
    private enum Entrance {
        case open
        /// Whoever finds a free place gets it; nobody waits for one.
        case withoutLine
        case closed
    }

    private struct State {
        var free: Int
        var entrance = Entrance.open
        var line: [CheckedContinuation<Bool, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Whether a place is to be had at once.
    var hasFree: Bool { state.withLock { $0.free > 0 } }

    /// Waits for a place.
    ///
    /// - Returns: false when none is to be had; there is nothing to give back then.
    func take() async -> Bool {
        await withCheckedContinuation { continuation in
            let taken: Bool? = state.withLock { state in
                if state.entrance == .closed { return false }
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                if state.entrance == .withoutLine { return false }
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

    /// Nobody waits any more: those in line leave with false, and places go to whoever comes while one is free.
    func endLine() { change(to: .withoutLine) }

    /// Lets nobody in; those in line leave with false.
    func close() { change(to: .closed) }

    func open() { change(to: .open) }

    private func change(to entrance: Entrance) {
        let line = state.withLock { state in
            state.entrance = entrance
            guard entrance != .open else { return [CheckedContinuation<Bool, Never>]() }
            defer { state.line = [] }
            return state.line
        }
        for continuation in line { continuation.resume(returning: false) }
    }
}
