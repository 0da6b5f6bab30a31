import Synchronization

/// How often each model was called, for tests that count what was paid for.
final class CallLog: Sendable {
    struct Entry: Sendable, Encodable {
        /// Calls begun.
        var calls = 0
        /// Calls answered with 200.
        var answered = 0
        /// Calls whose client went away before the end.
        var abandoned = 0
        /// Calls refused because of the model's quota, or because it is told to throttle.
        var throttled = 0
    }

    private let entries = Mutex<[String: Entry]>([:])

    func count(_ model: String, _ field: WritableKeyPath<Entry, Int>) {
        entries.withLock { $0[model, default: Entry()][keyPath: field] += 1 }
    }

    var all: [String: Entry] { entries.withLock { $0 } }
}
