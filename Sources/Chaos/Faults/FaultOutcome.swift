import Foundation

/// What came of one fault.
struct FaultOutcome: Sendable {
    enum Result: Sendable {
        /// Recovered that long after `measuredFrom`.
        case recovered
        /// Not within the time that the measurement waits.
        case notRecovered(String)
        /// It could not be done, because what it is about was away.
        case skipped(String)
    }

    var fault: Fault
    /// Whom it struck.
    var subject: String
    /// When the system was disturbed first, and when it was whole again.
    var began: ContinuousClock.Instant
    var ended: ContinuousClock.Instant
    /// What the recovery is measured between.
    var measuredFrom: ContinuousClock.Instant
    var recovered: ContinuousClock.Instant
    var result: Result
    /// What else is worth knowing, for example how many requests were refused.
    var note = ""
}

extension FaultOutcome {
    /// Whether the recovery needs something that the other fault takes away.
    func isDisturbed(by other: FaultOutcome) -> Bool {
        guard other.fault.number != fault.number else { return false }
        let isOfServer = other.fault.kind.isOfServer
        return switch fault.kind {
        case .brokerRestarted, .brokerKilled: other.fault.kind == .brokerRestarted || other.fault.kind == .brokerKilled
        case .processorKilled, .databaseRestarted, .databaseKilled: isOfServer || other.subject.hasPrefix("processor")
        case .notifierKilled: isOfServer || other.subject.hasPrefix("notifier")
        case .gatewayKilled, .gatewayTerminated: isOfServer || other.subject.hasPrefix("gateway")
        default: isOfServer || other.subject == subject
        }
    }
}

extension FaultKind {
    var isOfServer: Bool {
        switch self {
        case .brokerRestarted, .brokerKilled, .databaseRestarted, .databaseKilled: true
        default: false
        }
    }
}

/// A recovery with its limit, once it is known what else was wrong meanwhile.
struct JudgedRecovery: Sendable {
    var outcome: FaultOutcome
    /// In seconds, as the clock says.
    var recovery: Double
    /// In seconds, the time in which another fault was in force taken away.
    var own: Double
    /// In seconds.
    var limit: Double

    var isHeld: Bool { own <= limit }
    var isOverlapped: Bool { own < recovery }
}

extension [FaultOutcome] {
    /// The recoveries of the faults that took place, each without the time that others took. `relaxation` multiplies the
    /// limits.
    func judged(relaxation: Double) -> [JudgedRecovery] {
        compactMap { outcome in
            guard case .recovered = outcome.result else { return nil }
            let others = compactMap { other -> (ContinuousClock.Instant, ContinuousClock.Instant)? in
                if case .skipped = other.result { return nil }
                guard outcome.isDisturbed(by: other) else { return nil }
                let from = Swift.max(other.began, outcome.measuredFrom)
                let to = Swift.min(other.ended, outcome.recovered)
                return from < to ? (from, to) : nil
            }
            let all = outcome.measuredFrom.duration(to: outcome.recovered) / .seconds(1)
            return JudgedRecovery(
                outcome: outcome, recovery: all, own: Swift.max(0, all - Self.length(of: others)),
                limit: outcome.fault.kind.limit / .seconds(1) * relaxation)
        }
    }

    /// In seconds; what overlaps counts once.
    private static func length(of spans: [(ContinuousClock.Instant, ContinuousClock.Instant)]) -> Double {
        var total = Duration.zero
        var reached: ContinuousClock.Instant?
        for (from, to) in spans.sorted(by: { $0.0 < $1.0 }) {
            let begin = Swift.max(from, reached ?? from)
            if to > begin { total += begin.duration(to: to) }
            reached = Swift.max(reached ?? to, to)
        }
        return total / .seconds(1)
    }
}
