import Certification
import CertificationStore
import Foundation
import Synchronization

/// What an attempt sees of its downstream, test by test.
final class AttemptEvidence: Sendable {
    private struct Seen {
        var calls = 0
        var isThrottled = false
        var failures: Set<FailureClass> = []
    }

    private let seen = Mutex(Seen())

    func add(_ result: TestResult) {
        guard result.error?.category != .cancelled else { return }
        // A ramp goes to where the quota ends on purpose: what it meets there says nothing of the downstream.
        let categories = result.calls.filter { $0.ending == .failed && ($0.concurrency ?? 1) == 1 }
            .compactMap(\.errorCategory)
        seen.withLock { seen in
            seen.calls += result.calls.count
            seen.isThrottled = seen.isThrottled || categories.contains(where: \.isThrottle)
            seen.failures.formUnion(categories.compactMap(\.failureClass))
        }
    }

    /// - Returns: nil when nobody was called, which tells nothing.
    func observation(of claim: Claim, charged: AttemptCost, took duration: Duration) -> AttemptObservation? {
        let seen = seen.withLock { $0 }
        guard seen.calls > 0 else { return nil }
        let unused = max(0, charged.requests - Double(seen.calls))
        let seconds = duration / .seconds(1)
        return AttemptObservation(
            certificationID: claim.certificationID, target: claim.target, age: seconds, duration: seconds,
            isThrottled: seen.isThrottled, failures: seen.failures,
            unused: AttemptCost(requests: unused, tokens: charged.tokens * unused / max(1, charged.requests)))
    }
}
