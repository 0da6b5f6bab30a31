package import Foundation

/// What a schedule does about the times that it missed, because nothing ran that could have kept them.
package enum CatchUpPolicy: String, Sendable, Codable, CaseIterable {
    /// The last of them is made up for, the earlier ones are reported.
    case latest
    /// They are reported.
    case none
    /// They are made up for one after the other, the last hundred at most.
    case all
}

/// What a schedule does when it falls due and its job before has not ended.
package enum OverlapPolicy: String, Sendable, Codable, CaseIterable {
    /// Nothing; that is reported.
    case skip
    case allow
}

/// What is to be done about a schedule that has fallen due, at one moment.
package struct FiringPlan: Sendable, Hashable {
    /// Times that nothing is done about any more, in order.
    package var missed: [Date] = []
    /// The time to fire for; nil when there is none.
    package var due: Date?
    /// When the schedule falls due next, perhaps already; nil when it never does.
    package var next: Date?

    /// A time later than this is missed where nothing is made up for: as long as a gateway's restart may take.
    package static let punctuality: TimeInterval = 60
    /// The most times that `CatchUpPolicy.all` makes up for.
    package static let catchUpLimit = 100
    /// The most times that one plan looks at: the rest is left to the next.
    private static let scope = 1_000

    /// The plan of a schedule whose next time is `first`, which has come.
    package init(_ timing: ScheduleTiming, first: Date, catchUp: CatchUpPolicy, now: Date) {
        let times = [first] + timing.times(after: first, through: now, limit: Self.scope)
        if times.count > Self.scope {
            // Those that might be made up for are looked at again once it is known how many more there are.
            missed = times.dropLast(Self.catchUpLimit)
            next = times[times.count - Self.catchUpLimit]
            return
        }
        let last = times[times.count - 1]
        switch catchUp {
        case .latest:
            missed = times.dropLast()
            due = last
        case .none:
            let isMissed = now.timeIntervalSince(last) > Self.punctuality
            missed = isMissed ? times : times.dropLast()
            due = isMissed ? nil : last
        case .all:
            let kept = times.suffix(Self.catchUpLimit)
            missed = times.dropLast(kept.count)
            due = kept.first
        }
        next = timing.next(after: due ?? last)
    }
}
