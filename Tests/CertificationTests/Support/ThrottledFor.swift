import Synchronization

/// Refuses a number of calls, and none after them.
final class ThrottledFor: Sendable {
    private let remaining: Mutex<Int>

    init(calls: Int) { remaining = Mutex(calls) }

    func refuses() -> Bool {
        remaining.withLock { remaining in
            guard remaining > 0 else { return false }
            remaining -= 1
            return true
        }
    }
}
