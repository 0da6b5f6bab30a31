/// A replay's stage at one moment, as the decision about its next step needs it.
struct ReplayView: Sendable, Hashable {
    /// How many letters each canary stage sends; the stage after the last one sends all that are left.
    var canary: [Int]
    /// From 0.
    var stage: Int
    var stopAfter: Int
    /// Letters that no stage has sent yet.
    var pending: Int
    /// Of this stage: sent, with an outcome that is not known yet.
    var underWay: Int
    /// Of this stage: sent, with an outcome that is known.
    var ended: Int
    /// Of this stage: those of the ended that failed, without those that somebody knew of who resumed it.
    var failed: Int
}

/// What a replay is to do next.
enum ReplayDecision: Sendable, Hashable {
    /// Send so many letters at most, as the rate allows.
    case send(upTo: Int)
    /// The outcome of what was sent is awaited.
    case wait
    /// The stage went well; on to the next.
    case advance
    /// Too many failed.
    case stop(String)
    case complete

    init(_ view: ReplayView) {
        let canary = view.stage < view.canary.count ? view.canary[view.stage] : nil
        let limit = canary == nil ? max(1, view.stopAfter) : 1
        let room = min(view.pending, canary.map { $0 - view.underWay - view.ended } ?? view.pending)
        if view.failed >= limit {
            let stage = canary == nil ? "the last stage" : "canary stage \(view.stage + 1)"
            self = .stop("\(view.failed) of \(view.underWay + view.ended) replayed in \(stage) failed again.")
        } else if room > 0 {
            self = .send(upTo: room)
        } else if view.underWay > 0 {
            self = .wait
        } else if view.pending == 0 {
            self = .complete
        } else {
            self = .advance
        }
    }
}

/// How many messages may be sent by now, at so many a second. What was not used while a replay waited is not made up for.
package struct ReplayPace: Sendable {
    private let rate: Double
    private var allowance: Double
    private var last: Duration

    /// - Parameters:
    ///   - rate: messages a second, over zero.
    ///   - now: times are counted from any moment.
    package init(rate: Double, now: Duration) {
        self.rate = rate
        allowance = 1
        last = now
    }

    /// How many may be sent now; at most what a second allows, at least one.
    package mutating func allowed(at now: Duration) -> Int {
        allowance = min(max(1, rate), allowance + (now - last) / .seconds(1) * rate)
        last = now
        return Int(allowance)
    }

    package mutating func sent(_ count: Int) {
        allowance -= Double(count)
    }
}
