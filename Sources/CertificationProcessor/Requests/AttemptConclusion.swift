import Certificates
import Certification
import CertificationStore
import Contracts
import Foundation
import Logging
import Messaging

/// Writes what an attempt came to, and says what that means for its message.
struct AttemptConclusion: Sendable {
    let store: CertificationStore
    let claim: Claim
    let lease: Lease
    let settings: AttemptSettings
    let metrics: ProcessorMetrics
    /// What a certificate would rest on; nil when the suite is not known.
    let terms: CertificateTerms?
    /// What verdicts are made by.
    let rubrics: RubricCatalog
    let logger: Logger

    /// Ends a certification that cannot even be tried.
    func endUntried(
        _ status: CertificationStatus, because reason: Reason, suiteVersion: Int
    ) async throws -> Disposition {
        let now = Date()
        return try await write { store in
            try await store.finish(
                claim, untried: status, because: reason, facts: facts(suiteVersion: suiteVersion), now: now)
        }
    }

    /// For how many seconds the suite may be unknown here before it is told so.
    private static let suitePatience: TimeInterval = 600

    /// Puts an attempt off whose suite this processor does not know: while suites are rolled out, others do, or this one
    /// soon will.
    func putOffUnknownSuite() async throws -> Disposition {
        let now = Date()
        let waited = claim.throttledSince.map { now.timeIntervalSince($0) } ?? 0
        guard waited < Self.suitePatience else {
            return try await endUntried(.inconclusive, because: .unknownSuite(claim.suite), suiteVersion: 0)
        }
        let pause = min(15 * pow(2, Double(claim.throttleDeferrals)), 120, Self.suitePatience - waited)
        return try await write { store in
            try await store.retry(
                claim, because: .unknownSuite(claim.suite), at: now.addingTimeInterval(pause),
                counting: .putOff("the suite \(claim.suite) is not known here yet"), facts: facts(suiteVersion: 0),
                now: now)
        }
    }

    func conclude(_ end: AttemptEnd, suiteVersion: Int) async throws -> Disposition {
        let facts = facts(suiteVersion: suiteVersion)
        let now = Date()
        switch end {
        case .ended(.verdict(let verdict)):
            let cause = deadLetterCause(of: verdict)
            var facts = facts
            facts.terms?.judge(by: verdict.rubricVersion, of: rubrics)
            return try await write { [facts] store in
                let verdict = try await locating(verdict, in: store, now: now)
                return try await store.finish(claim, with: verdict, facts: facts, deadLetter: cause, now: now)
            }
        case .ended(.retry(let retry)):
            var random = SystemRandomNumberGenerator()
            let delay =
                retry.isPutOff
                ? settings.retry.delay(
                    afterThrottling: claim.throttleDeferrals + 1, retry,
                    left: ThrottlePatience.left(since: claim.throttledSince, at: now), using: &random)
                : settings.retry.delay(after: claim.attempt, retry, using: &random)
            let due = now.addingTimeInterval(delay / .seconds(1))
            return try await write {
                try await $0.retry(
                    claim, because: Reason(retry), at: due,
                    counting: retry.isPutOff ? .putOff("throttled") : .counted, facts: facts, now: now)
            }
        case .ended(.cancelled):
            return try await write { try await $0.cancel(claim, facts: facts, now: now) }
        case .leaseLost:
            logger.warning("The lease was lost; another claim goes on with the certification")
            // Should the claim have been ours after all, the request must not be the last that is heard of it.
            return await giveBack() ? .postpone(.random(upTo: .seconds(1))) : .done
        case .leaseExpired:
            return try await giveBackLate()
        case .brokenOff:
            await giveBack()
            throw CancellationError()
        }
    }

    /// A model that the provider does not know here, but lists in other regions, is only not offered in this one.
    private func locating(_ verdict: Verdict, in store: CertificationStore, now: Date) async throws -> Verdict {
        guard verdict.status == .unsupported, verdict.reasonCode == ErrorCategory.modelNotFound.rawValue else {
            return verdict
        }
        let target = claim.target
        let regions = try await store.regions(offering: target.model, at: target.provider, now: now)
        return Elsewhere(than: target.region, offeredIn: regions).map(verdict.located) ?? verdict
    }

    private func write(
        _ write: @escaping @Sendable (CertificationStore) async throws -> WriteOutcome
    ) async throws -> Disposition {
        guard
            let outcome = try await DatabasePatience(logger: logger).write(
                under: lease, { try await write(store) })
        else { return try await giveBackLate() }
        switch outcome {
        case .recorded(let status):
            metrics.recordStatus(status)
            logger.info("Attempt ended", metadata: ["attempt": "\(claim.attempt)", "status": "\(status.rawValue)"])
        case .stale:
            logger.warning("The attempt ended too late; its claim no longer holds and nothing was written")
        }
        return .done
    }

    /// As soon as the database answers it learns that this worker lives: the claim is free for whoever asks next.
    private func giveBackLate() async throws -> Disposition {
        logger.warning("The lease ran out while the database was out of reach; nothing was written")
        let patience = DatabasePatience(logger: logger)
        let outcome = try await patience.untilReached("The claim cannot be given back yet") {
            try await shielded { try await store.release(claim) }
        }
        logger.notice(
            "The claim was given back after its lease",
            metadata: ["outcome": "\(outcome.map { "\($0)" } ?? "shutdown")"])
        return .postpone(.random(upTo: .seconds(1)))
    }

    /// One try is enough: what is not given back is found by the next claim, or by a sweep.
    ///
    /// - Returns: whether the claim was still held, and the certification now waits for another.
    @discardableResult
    private func giveBack() async -> Bool {
        do {
            let outcome = try await shielded { try await store.release(claim) }
            logger.notice("The attempt was broken off", metadata: ["outcome": "\(outcome)"])
            return outcome != .stale
        } catch {
            logger.warning("The claim could not be given back; its lease has to run out", error: error)
            return false
        }
    }

    /// Only the last attempt, which might have gone otherwise, leaves a dead letter; so does throttling without an end.
    private func deadLetterCause(of verdict: Verdict) -> DeadLetterCause? {
        let isThrottled = verdict.reasonCode.flatMap(ErrorCategory.init(rawValue:))?.isThrottle ?? false
        // More attempts would not have gone otherwise when the money was gone.
        guard verdict.status == .inconclusive, verdict.reasonCode != ErrorCategory.budgetExceeded.rawValue,
            claim.attempt >= settings.retry.policy.maxAttempts || isThrottled
        else { return nil }
        return DeadLetterCause(.attemptsExhausted, error: verdict.reason ?? "The target could not be judged.")
    }

    private func facts(suiteVersion: Int) -> RunFacts {
        RunFacts(suiteVersion: suiteVersion, softwareVersion: settings.softwareVersion, terms: terms)
    }
}

extension Reason {
    init(_ retry: CertificationRun.Retry) {
        self.init(
            code: retry.reason.rawValue, text: "The attempt brought no verdict because \(retry.reason.phrase).",
            remedy: retry.reason.remedy)
    }
}
