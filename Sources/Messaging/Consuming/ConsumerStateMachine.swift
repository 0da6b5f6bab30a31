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
        /// A subscription that came too late: close it unused, then report `subscriptionGivenBack`.
        case giveBackSubscription
        /// Wait until the gate is open or the process shuts down, then report `resumptionAwaited`.
        case awaitResumption
        case finish
    }

    /// What a probe found wrong with a subscription that seems to work; the subscription is to be cancelled.
    enum Finding: Hashable, Sendable {
        /// The broker counts no consumer: it has forgotten this one.
        case forgotten
        /// Messages wait, there is room for them, and none comes.
        case stalled
        case queueMissing
        /// Nothing has come for so long that a new subscription is cheaper than the doubt.
        case silent
    }

    /// A probe's answer and how the consumer stood when it was asked.
    struct Observation: Hashable, Sendable {
        var askedAt: Duration
        var queue: QueueState
        /// Whether another delivery could be handled at once.
        var hasFreeSlot: Bool
        /// When the last delivery came; nil when none has.
        var lastDelivery: Duration?
    }

    /// What is wanted of the consumer; a wish may meet it in any state.
    private enum Wish: Hashable {
        case consuming
        case pausing
        case draining
    }

    private enum State: Hashable {
        case connecting
        case consuming(Stay)
        /// The broker has been asked to send no more; nil: because it is not wished any more.
        case leaving(Finding?)
        /// Between a subscription that was only silent and the next one.
        case refreshing
    }

    private struct Stay: Hashable {
        var since: Duration
        /// Whether the last probe found messages waiting although there was room for them.
        var isSuspected = false
    }

    /// The longest wait, and how long a stay at the queue must last to count as a success. Together with that for the
    /// connection (`ReconnectBackoff.quickCap`) it keeps a restarted broker waiting two seconds at most.
    private static let backoffCap = Duration.seconds(1)

    private let probing: QueueProbing
    private var wish = Wish.consuming
    private var state = State.connecting
    private var backoff = Backoff(first: .milliseconds(100), cap: backoffCap)
    private var random: any RandomNumberGenerator & Sendable

    init(probing: QueueProbing = QueueProbing(), random: any RandomNumberGenerator & Sendable) {
        self.probing = probing
        self.random = random
    }

    /// Whether the broker delivers right now, as far as is known.
    var isConsuming: Bool {
        guard wish == .consuming else { return false }
        return switch state {
        case .consuming, .leaving(.silent), .refreshing: true
        case .connecting, .leaving: false
        }
    }

    /// Whether the gate is closed and nothing else ends the consumer.
    var isPausing: Bool { wish == .pausing }

    // MARK: The subscription's events

    mutating func started() -> Action { next }

    mutating func subscribed(at now: Duration) -> Action {
        guard wish == .consuming else {
            state = .connecting
            return .giveBackSubscription
        }
        state = .consuming(Stay(since: now))
        return .consume
    }

    mutating func subscriptionGivenBack() -> Action { next }

    mutating func subscribeFailed() -> Action {
        state = .connecting
        return wish == .consuming ? .wait(backoff.next(using: &random)) : next
    }

    /// The subscription ended: cancelled by either side, or its channel or connection is gone.
    mutating func deliveriesEnded(at now: Duration) -> Action {
        let before = state
        state = .connecting
        guard wish == .consuming else { return next }
        switch before {
        case .consuming(let stay):
            if now - stay.since >= Self.backoffCap { backoff.reset() }
            return .wait(backoff.next(using: &random))
        case .leaving(.queueMissing):
            return .wait(backoff.next(using: &random))
        case .leaving(.silent):
            state = .refreshing
            return .subscribe
        case .leaving, .connecting, .refreshing:
            return .subscribe
        }
    }

    mutating func waited() -> Action { next }

    mutating func resumptionAwaited() -> Action { next }

    // MARK: Wishes

    /// - Returns: nil when there is no subscription to end.
    mutating func shutdownRequested() -> Action? {
        wish = .draining
        return leave()
    }

    /// The gate was closed.
    ///
    /// - Returns: nil when there is no subscription to end.
    mutating func paused() -> Action? {
        guard wish == .consuming else { return nil }
        wish = .pausing
        return leave()
    }

    /// The gate was opened.
    ///
    /// - Returns: whether messages may be started again.
    mutating func resumed() -> Bool {
        guard wish == .pausing else { return false }
        wish = .consuming
        return true
    }

    private mutating func leave() -> Action? {
        guard case .consuming = state else { return nil }
        state = .leaving(nil)
        return .cancelSubscription
    }

    // MARK: Probes

    /// The broker was asked about the queue. What was asked before the subscription began says nothing about it.
    ///
    /// - Returns: why the subscription is to be cancelled; nil when nothing is wrong.
    mutating func probed(_ seen: Observation, at now: Duration) -> Finding? {
        guard wish == .consuming, case .consuming(var stay) = state, seen.askedAt >= stay.since else { return nil }
        let silence = now - max(stay.since, seen.lastDelivery ?? stay.since)
        let wasSuspected = stay.isSuspected
        stay.isSuspected = seen.hasFreeSlot && seen.queue.ready > 0
        state = .consuming(stay)
        let finding: Finding? =
            switch seen.queue {
            case .missing: .queueMissing
            case .present(_, consumers: 0): .forgotten
            case .present where stay.isSuspected && wasSuspected && silence >= probing.stallLimit: .stalled
            case .present where seen.hasFreeSlot && silence >= probing.silenceLimit: .silent
            case .present: nil
            }
        if let finding { state = .leaving(finding) }
        return finding
    }

    private var next: Action {
        switch wish {
        case .consuming: .subscribe
        case .pausing: .awaitResumption
        case .draining: .finish
        }
    }
}

extension QueueState {
    fileprivate var ready: Int {
        switch self {
        case .missing: 0
        case .present(let ready, _): ready
        }
    }
}
