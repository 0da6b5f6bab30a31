package import Certification
package import Contracts
package import Foundation

/// What an attempt tells about the downstream that it called.
package struct AttemptObservation: Sendable, Hashable {
    package var certificationID: CertificationID
    package var target: Target
    /// Seconds from its begin to now; counted by the process, so that its clock need not agree with the database's.
    package var age: TimeInterval
    /// In seconds.
    package var duration: TimeInterval
    package var isThrottled: Bool
    package var failures: Set<FailureClass>
    /// What it was charged for and did not use.
    package var unused: AttemptCost

    package init(
        certificationID: CertificationID, target: Target, age: TimeInterval, duration: TimeInterval, isThrottled: Bool,
        failures: Set<FailureClass>, unused: AttemptCost = AttemptCost(requests: 0, tokens: 0)
    ) {
        self.certificationID = certificationID
        self.target = target
        self.age = age
        self.duration = duration
        self.isThrottled = isThrottled
        self.failures = failures
        self.unused = unused
    }

    /// Whether nothing went wrong that limits or breakers are about.
    package var isPlainSuccess: Bool { !isThrottled && failures.isEmpty }
}

/// What a report has changed.
package enum LimitChange: Sendable, Hashable {
    /// The share of its quota that a downstream is used with now.
    case cut(Downstream, factor: Double)
    case grown(Downstream, factor: Double)
    case opened(ProviderID, Region, FailureClass)
    case closed(ProviderID, Region, FailureClass)
}

extension DownstreamLimit {
    /// Takes an observation in.
    mutating func note(
        _ observation: AttemptObservation, quota: DownstreamQuota?, at now: Date
    ) -> AdaptiveLimit.Change {
        noteDuration(observation.duration)
        if let quota { refund(observation.unused, quota: quota, at: now) }
        if !observation.failures.isEmpty { failed(at: now) }
        if observation.isThrottled { return throttled(at: now) }
        guard observation.failures.isEmpty else { return .none }
        return succeeded(startedAt: now.addingTimeInterval(-observation.age), at: now)
    }

    /// Whether a success at this state is worth a write: it may let the limit grow, or the durations are off by a fifth.
    func isMoved(by observations: [AttemptObservation]) -> Bool {
        guard adaptive.factor == 1, observations.allSatisfy(\.isPlainSuccess) else { return true }
        let mean = observations.reduce(0) { $0 + $1.duration } / Double(max(1, observations.count))
        return abs(mean - attemptSeconds) > 0.2 * attemptSeconds
    }
}
