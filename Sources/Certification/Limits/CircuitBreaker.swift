package import Contracts
package import Foundation

/// Keeps attempts away from a region while it fails in one way, and tries with one attempt at a time whether it is well
/// again.
///
/// It opens when within a minute at least five attempts failed that way, they are at least half of all, and they concern
/// at least three models: one bad model never shuts a region. Attempts count from the first failure in the window.
package struct CircuitBreaker: Sendable, Hashable, Codable {
    /// Whether an attempt may begin.
    package enum Admission: Sendable, Hashable {
        case pass
        /// As the only one; its outcome decides.
        case probe
        case wait(until: Date)
    }

    package enum Change: Sendable, Hashable {
        case none
        case opened
        case closed
    }

    /// In seconds.
    package static let window: TimeInterval = 60
    package static let failuresToOpen = 5
    package static let modelsToOpen = 3
    /// How long it stays open the first time, in seconds; each failed probe doubles it.
    package static let firstWait: TimeInterval = 15
    package static let longestWait: TimeInterval = 300
    /// After so many seconds without a success it holds nothing back any more: an outage that long is the attempts' outcome.
    package static let patience: TimeInterval = 3_600

    private enum State: Hashable, Codable {
        case closed
        case open(until: Date, wait: TimeInterval, since: Date)
        case halfOpen(probe: CertificationID, until: Date, wait: TimeInterval, since: Date)
    }

    /// What was seen in five seconds.
    private struct Slot: Hashable, Codable {
        var start: Int
        var attempts = 0
        var failures = 0
        /// As many as are needed to open.
        var models: Set<ModelID> = []
    }

    private static let slotLength: TimeInterval = 5

    private var state = State.closed
    private var slots: [Slot] = []

    package init() {}

    /// What the attempt `id` may do. A probe that is told to begin holds the place until `lease` seconds have passed, or
    /// for as long as `isProbing` says that the last one's attempt runs.
    package mutating func admit(
        _ id: CertificationID, at now: Date, lease: TimeInterval, isProbing: Bool
    ) -> Admission {
        switch state {
        case .closed:
            return .pass
        case .open(_, _, let since), .halfOpen(_, _, _, let since):
            if now.timeIntervalSince(since) > Self.patience { return .pass }
        }
        switch state {
        case .open(let until, _, _) where now < until:
            return .wait(until: until)
        case .halfOpen(let probe, let until, _, _) where probe != id && (now < until || isProbing):
            return .wait(until: max(until, now.addingTimeInterval(Self.slotLength)))
        case .open(_, let wait, let since), .halfOpen(_, _, let wait, let since):
            state = .halfOpen(probe: id, until: now.addingTimeInterval(lease), wait: wait, since: since)
            return .probe
        case .closed:
            return .pass
        }
    }

    /// An attempt failed in the breaker's way.
    package mutating func failed(_ id: CertificationID, model: ModelID, at now: Date) -> Change {
        switch state {
        case .closed:
            note(failureOf: model, at: now)
            guard isTripped else { return .none }
            slots = []
            state = .open(until: now.addingTimeInterval(Self.firstWait), wait: Self.firstWait, since: now)
            return .opened
        case .halfOpen(let probe, _, let wait, let since) where probe == id:
            let longer = min(Self.longestWait, wait * 2)
            state = .open(until: now.addingTimeInterval(longer), wait: longer, since: since)
            return .opened
        case .open, .halfOpen:
            // It began before, or after the breaker's patience had ended.
            return .none
        }
    }

    /// An attempt did not fail in the breaker's way. Only the probe closes; after the breaker's patience anyone does.
    package mutating func succeeded(_ id: CertificationID, at now: Date) -> Change {
        switch state {
        case .closed:
            forgetOldSlots(at: now)
            if !slots.isEmpty { noteAttempt(at: now) }
            return .none
        case .halfOpen(let probe, _, _, _) where probe == id:
            state = .closed
            return .closed
        case .open(_, _, let since), .halfOpen(_, _, _, let since):
            guard now.timeIntervalSince(since) > Self.patience else { return .none }
            state = .closed
            return .closed
        }
    }

    private var isTripped: Bool {
        let failures = slots.reduce(0) { $0 + $1.failures }
        let attempts = slots.reduce(0) { $0 + $1.attempts }
        return failures >= Self.failuresToOpen && failures * 2 >= attempts
            && slots.reduce(into: Set<ModelID>()) { $0.formUnion($1.models) }.count >= Self.modelsToOpen
    }

    private mutating func noteAttempt(at now: Date) {
        let start = Int(now.timeIntervalSince1970 / Self.slotLength)
        if let last = slots.last, last.start >= start {} else { slots.append(Slot(start: start)) }
        slots[slots.count - 1].attempts += 1
    }

    private mutating func note(failureOf model: ModelID, at now: Date) {
        forgetOldSlots(at: now)
        noteAttempt(at: now)
        slots[slots.count - 1].failures += 1
        if slots[slots.count - 1].models.count < Self.modelsToOpen { slots[slots.count - 1].models.insert(model) }
    }

    private mutating func forgetOldSlots(at now: Date) {
        let oldest = Int((now.timeIntervalSince1970 - Self.window) / Self.slotLength)
        slots.removeAll { $0.start <= oldest }
        slots = Array(slots.drop { $0.failures == 0 })
    }
}

extension CircuitBreaker {
    /// For people and for storing what is worth it.
    package enum Phase: String, Sendable, Hashable, Codable {
        case closed
        case open
        case halfOpen = "half-open"
    }

    package var phase: Phase {
        switch state {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        }
    }

    /// Whether nothing has failed lately, so that a success need not be noted.
    package var isQuiet: Bool { state == .closed && slots.isEmpty }

    /// Failures in the window, as they were when the last one was noted.
    package var failures: Int { slots.reduce(0) { $0 + $1.failures } }

    /// When the next probe may begin; nil unless it is open.
    package var retryAt: Date? {
        guard case .open(let until, _, _) = state else { return nil }
        return until
    }

    /// Since when it has not been closed.
    package var openSince: Date? {
        switch state {
        case .closed: nil
        case .open(_, _, let since), .halfOpen(_, _, _, let since): since
        }
    }

    /// Whose attempt decides; nil unless it is half open.
    package var probe: CertificationID? {
        guard case .halfOpen(let probe, _, _, _) = state else { return nil }
        return probe
    }
}
