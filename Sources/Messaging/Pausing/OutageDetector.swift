/// When trouble with a server is an outage: after it has lasted, and until the first success. As a value; times are counted
/// from any fixed moment.
package struct OutageDetector: Sendable, Hashable {
    package enum Change: Sendable, Hashable {
        case began
        case ended
    }

    private enum State: Hashable {
        case fine
        case troubled(since: Duration)
        case out
    }

    /// How long trouble may last before it is an outage.
    package let tolerance: Duration
    private var state = State.fine

    package init(tolerance: Duration) {
        self.tolerance = tolerance
    }

    /// A question that was asked at `asked` was found to have failed at `now`.
    package mutating func failed(askedAt asked: Duration, at now: Duration) -> Change? {
        let since: Duration
        switch state {
        case .out: return nil
        case .fine: since = asked
        case .troubled(let begin): since = begin
        }
        guard now - since >= tolerance else {
            state = .troubled(since: since)
            return nil
        }
        state = .out
        return .began
    }

    /// A question was answered.
    package mutating func worked() -> Change? {
        defer { state = .fine }
        return state == .out ? .ended : nil
    }
}
