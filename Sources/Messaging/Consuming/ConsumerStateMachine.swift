/// The way of a consumer from one subscription to the next, as a value.
///
/// Its methods are named for what happened and return what to do next. Times are counted from the consumer's start.
struct ConsumerStateMachine {
    enum Action: Hashable, Sendable {
        case subscribe
        /// Report `waited`, then.
        case wait(Duration)
        case consume
        /// Ask the broker to send no more.
        case cancelSubscription
        /// A subscription that came too late: close it unused.
        case giveBackSubscription
        case finish
    }

    private enum State: Hashable {
        case connecting
        case consuming(since: Duration)
        case draining
    }

    /// The longest wait, and how long a stay at the queue must last to count as a success. Together with that for the
    /// connection (`ReconnectBackoff.quickCap`) it keeps a restarted broker waiting two seconds at most.
    private static let backoffCap = Duration.seconds(1)

    private var state = State.connecting
    private var backoff = Backoff(first: .milliseconds(100), cap: backoffCap)
    private var random: any RandomNumberGenerator & Sendable

    init(random: any RandomNumberGenerator & Sendable) {
        self.random = random
    }

    /// Whether the broker delivers right now.
    var isConsuming: Bool {
        switch state {
        case .consuming: true
        case .connecting, .draining: false
        }
    }

    mutating func started() -> Action {
        isDraining ? .finish : .subscribe
    }

    mutating func subscribed(at now: Duration) -> Action {
        guard !isDraining else { return .giveBackSubscription }
        state = .consuming(since: now)
        return .consume
    }

    mutating func subscribeFailed() -> Action {
        isDraining ? .finish : .wait(backoff.next(using: &random))
    }

    /// The subscription ended: cancelled by either side, or its channel or connection is gone.
    mutating func deliveriesEnded(at now: Duration) -> Action {
        guard case .consuming(let since) = state else { return .finish }
        state = .connecting
        if now - since >= Self.backoffCap { backoff.reset() }
        return .wait(backoff.next(using: &random))
    }

    mutating func waited() -> Action {
        isDraining ? .finish : .subscribe
    }

    /// - Returns: nil when there is no subscription to end.
    mutating func shutdownRequested() -> Action? {
        let hadSubscription = isConsuming
        state = .draining
        return hadSubscription ? .cancelSubscription : nil
    }

    private var isDraining: Bool { state == .draining }
}
