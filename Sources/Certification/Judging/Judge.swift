import Contracts
package import Foundation

/// Makes a verdict of results. Pure: the same results always get the same verdict.
package struct Judge: Sendable, Hashable {
    package var rubric: Rubric
    /// More infrastructure errors than this share of the applicable tests leave the run without a judgement.
    package var maximumErrorShare = 0.1
    /// Below this success rate a model fails.
    package var failureThreshold = 0.6
    /// Below this success rate a model gets a warning.
    package var warningThreshold = 0.8
    /// How long a certificate holds, in seconds.
    package var validity: TimeInterval = 7 * 24 * 60 * 60

    package init(rubric: Rubric = .version1) {
        self.rubric = rubric
    }

    /// Judges a target.
    ///
    /// - Parameters:
    ///   - history: The results of all attempts.
    ///   - interruption: Why tests of the suite did not run; each of them counts as such an error.
    ///   - now: When the judgement is made.
    /// - Returns: The verdict, which is never a state that something may still follow.
    package func verdict(on history: TestHistory, interruption: ErrorCategory? = nil, at now: Date) -> Verdict {
        let evidence = Evidence(history, interruption: interruption ?? .unknown)
        let decision = decide(evidence)
        let rating = rubric.rating(for: decision.status, evidence.metrics)
        let isCertificate = decision.status == .certified || decision.status == .qualityWarning
        return Verdict(
            status: decision.status, rating: rating, badge: rating.map(rubric.badge), reasonCode: decision.reason?.code,
            reason: decision.reason.map { evidence.sentence(for: $0, status: decision.status) },
            remedy: decision.reason?.remedy, metrics: evidence.metrics, coverage: evidence.coverage,
            topFailures: evidence.topFailures(for: decision.status), suite: history.suite.id,
            suiteVersion: history.suite.version, rubricVersion: rubric.version, judgedAt: now,
            certifiedUntil: isCertificate ? now.addingTimeInterval(validity) : nil)
    }

    /// The order decides: what stands further up makes everything below it meaningless.
    private func decide(_ evidence: Evidence) -> (status: CertificationStatus, reason: VerdictReason?) {
        if let category = evidence.unsupportedCategory { return (.unsupported, .error(category)) }
        if let reason = inconclusiveReason(evidence) { return (.inconclusive, reason) }
        let success = evidence.metrics.successRate ?? 0
        if evidence.gates.contains(where: { $0.outcome != .pass }) { return (.failed, .gateFailed) }
        if success < failureThreshold { return (.failed, .testsFailed) }
        if success < warningThreshold { return (.qualityWarning, .testsFailed) }
        return (.certified, success < 1 ? .testsFailed : nil)
    }

    private func inconclusiveReason(_ evidence: Evidence) -> VerdictReason? {
        if let fault = evidence.runnerFault { return .error(fault) }
        if evidence.gates.contains(where: { $0.outcome == .graderError }) { return .graderFailed }
        let unjudgedGate = evidence.gateIsMissing || evidence.gates.contains { !$0.outcome.countsForQuality }
        if unjudgedGate || evidence.errorShare > maximumErrorShare { return .error(evidence.primaryError) }
        guard evidence.metrics.judged == 0 else { return nil }
        return evidence.metrics.graderErrors > 0 ? .graderFailed : .nothingApplicable
    }
}
