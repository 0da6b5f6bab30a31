import Contracts

/// The relay's decisions as a value: what is under way, which rows may leave, when to look again.
///
/// Its methods are named for what happened and return what to do next. Times are counted from the relay's start.
struct OutboxRelayStateMachine {
    enum Action: Hashable, Sendable {
        case claim(limit: Int)
        case publish([OutgoingMessage])
        case delete([MessageID])
        case release([MessageID], after: Duration)
        /// Report `timerFired` with the same time, then.
        case wake(at: Duration)
        case reportDatabaseLost
        case reportDatabaseBack
        case reportPublisherLost
        case reportPublisherBack
        case finish
    }

    /// A published message, what became of it, and how old it was then.
    struct Publication: Sendable, Hashable {
        var id: MessageID
        var outcome: PublishOutcome
        var age: Duration
    }

    private enum Phase: Hashable {
        case running
        case draining(until: Duration)
        case finished
    }

    private struct Waiting {
        var message: OutgoingMessage
        /// After this another relay may have claimed the row.
        var heldUntil: Duration
    }

    /// How long rows rest whose message may or may not have reached the broker.
    static let unknownOutcomeDelay = Duration.seconds(1)
    /// The longest rest of a row whose message the broker refuses.
    static let refusedDelayLimit = Duration.seconds(60)
    private static let deletesInFlightLimit = 2
    private static let deleteLimit = 1_000

    private let configuration: OutboxRelayConfiguration
    private var random: any RandomNumberGenerator & Sendable
    private var phase = Phase.running

    /// Claimed, not yet handed to the publisher.
    private var queue: [Waiting] = []
    /// Every message that waits, is being published or whose row is still to be changed: none is published twice.
    private var known: Set<MessageID> = []
    private var batchesInFlight = 0
    private var confirmed: [MessageID] = []
    private var deletesInFlight = 0
    private var releases: [Duration: [MessageID]] = [:]
    private var releasesInFlight = 0

    private var claimStartedAt: Duration?
    private var nextPoll = Duration.zero
    private var wokenWhileClaiming = false

    private var database = RetryGate(Backoff(first: .milliseconds(200), cap: .seconds(5)))
    private var broker = RetryGate(Backoff(first: .milliseconds(200), cap: .seconds(5)))
    private var timer: Duration?

    init(
        configuration: OutboxRelayConfiguration,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.configuration = configuration
        self.random = random
    }

    // MARK: Events

    mutating func started(at now: Duration) -> [Action] {
        decide(at: now)
    }

    /// Rows were committed that are claimed for this relay already.
    mutating func enqueued(_ messages: [OutgoingMessage], at now: Duration) -> [Action] {
        let room = max(0, configuration.queueLimit - queue.count)
        accept(messages.prefix(room), claimedAt: now)
        return decide(at: now)
    }

    mutating func wokenUp(at now: Duration) -> [Action] {
        nextPoll = now
        wokenWhileClaiming = claimStartedAt != nil
        return decide(at: now)
    }

    mutating func timerFired(_ time: Duration, at now: Duration) -> [Action] {
        guard timer == time else { return [] }
        timer = nil
        return decide(at: now)
    }

    mutating func claimed(_ messages: [OutgoingMessage], at now: Duration) -> [Action] {
        let startedAt = claimStartedAt ?? now
        let more = wokenWhileClaiming || messages.count >= configuration.batchSize
        claimStartedAt = nil
        wokenWhileClaiming = false
        nextPoll = more ? now : now + configuration.pollInterval
        accept(messages[...], claimedAt: startedAt)
        return (database.worked() ? [.reportDatabaseBack] : []) + decide(at: now)
    }

    mutating func claimFailed(at now: Duration) -> [Action] {
        claimStartedAt = nil
        wokenWhileClaiming = false
        nextPoll = now
        return reportDatabaseFailure(at: now) + decide(at: now)
    }

    /// A batch is through; there is one publication for each of its messages.
    mutating func published(_ publications: [Publication], at now: Duration) -> [Action] {
        batchesInFlight -= 1
        var connectionLost = false
        for publication in publications {
            switch publication.outcome {
            case .confirmed:
                confirmed.append(publication.id)
            case .returned, .nacked:
                releases[Self.refusedDelay(age: publication.age), default: []].append(publication.id)
            case .connectionLost:
                connectionLost = true
                releases[Self.unknownOutcomeDelay, default: []].append(publication.id)
            }
        }
        let report: [Action] =
            if connectionLost {
                broker.failed(at: now, using: &random) ? [.reportPublisherLost] : []
            } else {
                broker.worked() ? [.reportPublisherBack] : []
            }
        return report + decide(at: now)
    }

    mutating func deleted(_ ids: [MessageID], at now: Duration) -> [Action] {
        deletesInFlight -= 1
        known.subtract(ids)
        return (database.worked() ? [.reportDatabaseBack] : []) + decide(at: now)
    }

    mutating func deleteFailed(_ ids: [MessageID], at now: Duration) -> [Action] {
        deletesInFlight -= 1
        confirmed.append(contentsOf: ids)
        return reportDatabaseFailure(at: now) + decide(at: now)
    }

    mutating func released(_ ids: [MessageID], at now: Duration) -> [Action] {
        releasesInFlight -= 1
        known.subtract(ids)
        return (database.worked() ? [.reportDatabaseBack] : []) + decide(at: now)
    }

    /// The rows are free again when their claim runs out, so that nothing is to be made good.
    mutating func releaseFailed(_ ids: [MessageID], at now: Duration) -> [Action] {
        releasesInFlight -= 1
        known.subtract(ids)
        return reportDatabaseFailure(at: now) + decide(at: now)
    }

    mutating func shutdownRequested(at now: Duration) -> [Action] {
        guard phase == .running else { return [] }
        phase = .draining(until: now + configuration.drainTimeout)
        return decide(at: now)
    }

    // MARK: Decisions

    private mutating func decide(at now: Duration) -> [Action] {
        switch phase {
        case .finished:
            return []
        case .running:
            return publishActions(at: now) + claimActions(at: now) + rowActions(at: now) + timerActions(at: now)
        case .draining(let deadline):
            giveBackQueue()
            let actions = rowActions(at: now)
            guard isIdle || now >= deadline else { return actions + timerActions(at: now) }
            phase = .finished
            return actions + [.finish]
        }
    }

    private mutating func giveBackQueue() {
        guard !queue.isEmpty else { return }
        releases[.zero, default: []].append(contentsOf: queue.map(\.message.id))
        queue.removeAll()
    }

    private mutating func publishActions(at now: Duration) -> [Action] {
        guard broker.isOpen(at: now) else { return [] }
        var actions: [Action] = []
        // After trouble one batch tries the publisher before the others follow.
        let limit = broker.isTroubled ? 1 : configuration.batchesInFlight
        while batchesInFlight < limit, let batch = nextBatch(at: now) {
            batchesInFlight += 1
            actions.append(.publish(batch))
        }
        return actions
    }

    private mutating func nextBatch(at now: Duration) -> [OutgoingMessage]? {
        var batch: [OutgoingMessage] = []
        var taken = 0
        while taken < queue.count, batch.count < configuration.batchSize {
            let waiting = queue[taken]
            taken += 1
            if waiting.heldUntil > now {
                batch.append(waiting.message)
            } else {
                known.remove(waiting.message.id)
            }
        }
        queue.removeFirst(taken)
        return batch.isEmpty ? nil : batch
    }

    private mutating func claimActions(at now: Duration) -> [Action] {
        guard claimStartedAt == nil, nextPoll <= now, queue.count < configuration.batchSize,
            database.isOpen(at: now), broker.isOpen(at: now)
        else { return [] }
        claimStartedAt = now
        return [.claim(limit: configuration.batchSize)]
    }

    private mutating func rowActions(at now: Duration) -> [Action] {
        guard database.isOpen(at: now) else { return [] }
        var actions: [Action] = []
        while deletesInFlight < Self.deletesInFlightLimit, !confirmed.isEmpty {
            let ids = Array(confirmed.prefix(Self.deleteLimit))
            confirmed.removeFirst(ids.count)
            deletesInFlight += 1
            actions.append(.delete(ids))
        }
        for (delay, ids) in releases.sorted(by: { $0.key < $1.key }) {
            releasesInFlight += 1
            actions.append(.release(ids, after: delay))
        }
        releases.removeAll()
        return actions
    }

    private mutating func timerActions(at now: Duration) -> [Action] {
        var times = [database.retryAt, broker.retryAt].compactMap(\.self)
        switch phase {
        case .running: times.append(nextPoll)
        case .draining(let deadline): times.append(deadline)
        case .finished: break
        }
        // What is due already waits for something under way, whose end decides again.
        guard let next = times.filter({ $0 > now }).min(), timer.map({ next < $0 || $0 <= now }) ?? true else {
            return []
        }
        timer = next
        return [.wake(at: next)]
    }

    private var isIdle: Bool {
        queue.isEmpty && claimStartedAt == nil && batchesInFlight == 0 && confirmed.isEmpty && deletesInFlight == 0
            && releases.isEmpty && releasesInFlight == 0
    }

    private mutating func reportDatabaseFailure(at now: Duration) -> [Action] {
        database.failed(at: now, using: &random) ? [.reportDatabaseLost] : []
    }

    private mutating func accept(_ messages: ArraySlice<OutgoingMessage>, claimedAt: Duration) {
        // A fifth of the claim stays in hand for the publishing itself.
        let heldUntil = claimedAt + configuration.claimDuration * 4 / 5
        for message in messages where known.insert(message.id).inserted {
            queue.append(Waiting(message: message, heldUntil: heldUntil))
        }
    }

    /// As long again as the message has waited already, in powers of two of a second: few different delays, doubling
    /// without a counter that a restart would lose.
    private static func refusedDelay(age: Duration) -> Duration {
        var delay = Duration.seconds(1)
        while delay < age, delay < refusedDelayLimit {
            delay = delay + delay
        }
        return min(delay, refusedDelayLimit)
    }
}
