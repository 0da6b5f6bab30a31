import Contracts
package import Foundation

/// Makes a verdict of results. Pure: the same results always get the same verdict.
package struct Judge: Sendable, Hashable {
    /// Each verdict is made by the one that holds at its time.
    package var rubrics: RubricCatalog

    package init(rubrics: RubricCatalog) {
        self.rubrics = rubrics
    }

    /// A judge by one rubric, whenever that holds.
    package init(rubric: Rubric) {
        self.init(rubrics: RubricCatalog(rubric))
    }

    /// The judge by the rubrics that are built into the program.
    ///
    /// - Throws: `RubricError` when a built-in rubric is damaged.
    package static func bundled() throws(RubricError) -> Judge {
        Judge(rubrics: try .bundled())
    }

    /// Judges a target.
    ///
    /// - Parameters:
    ///   - history: The results of all attempts.
    ///   - facts: What is known of the model and the suite.
    ///   - interruption: Why tests of the suite did not run; each of them counts as such an error.
    ///   - now: When the judgement is made. A verdict is never dated before what it is made of, however clocks differ.
    /// - Returns: The verdict, which is never a state that something may still follow.
    package func verdict(
        on history: TestHistory, facts: JudgingFacts = JudgingFacts(), interruption: ErrorCategory? = nil, at now: Date
    ) -> Verdict {
        let now = max(now.toMilliseconds, history.allTries.map(\.finishedAt.toMilliseconds).max() ?? now.toMilliseconds)
        let rubric = rubrics.inForce(at: now)
        let history = history.read(by: rubric)
        let evidence = Evidence(history, facts: facts, interruption: interruption ?? .unknown, rubric: rubric)
        let decision = decide(evidence, by: rubric)
        let rating = rubric.rating(for: decision.status, evidence.metrics, quality: evidence.quality)
        let verdict = Verdict(
            status: decision.status, rating: rating, badge: rating.map(rubric.badge), reasonCode: decision.reason?.code,
            reason: decision.reason.map { evidence.sentence(for: $0, status: decision.status) },
            remedy: decision.reason.map(evidence.remedy), metrics: evidence.metrics, coverage: evidence.coverage,
            topFailures: evidence.topFailures(for: decision.status),
            findings: evidence.findings.isEmpty ? nil : evidence.findings, suite: history.suite.id,
            suiteVersion: history.suite.version, rubricVersion: rubric.version, judgedAt: now,
            certifiedUntil: rubric.validity(of: decision.status).map(now.addingTimeInterval), quality: evidence.quality,
            capabilities: CapabilityMatrix(declared: facts.declared ?? [], observed: history.observedCapabilities),
            basis: Verdict.Basis(outline: history.outline, facts: facts, interruption: interruption))
        return facts.elsewhere.map(verdict.located) ?? verdict
    }

    /// The order decides: what stands further up makes everything below it meaningless.
    private func decide(
        _ evidence: Evidence, by rubric: Rubric
    ) -> (status: CertificationStatus, reason: VerdictReason?) {
        if let category = evidence.unsupportedCategory { return (.unsupported, .error(category)) }
        if let reason = inconclusiveReason(evidence, by: rubric) { return (.inconclusive, reason) }
        let success = evidence.metrics.successRate ?? 0
        if evidence.gates.contains(where: { $0.outcome != .pass }) { return (.failed, .gateFailed) }
        if let lack = evidence.lackOfCoverage(for: rubric.status) { return (.inconclusive, lack) }
        if success < rubric.status.failureBelow { return (.failed, .testsFailed) }
        if success < rubric.status.warningBelow { return (.qualityWarning, .testsFailed) }
        if rubric.rules == .second, !evidence.refusedDeclarations.isEmpty {
            return (.qualityWarning, .capabilityRefused)
        }
        return (.certified, success < 1 ? .testsFailed : nil)
    }

    private func inconclusiveReason(_ evidence: Evidence, by rubric: Rubric) -> VerdictReason? {
        if let fault = evidence.runnerFault { return .error(fault) }
        if evidence.gates.contains(where: { $0.outcome == .graderError }) { return .graderFailed }
        if evidence.gateIsUnjudged { return .error(evidence.primaryError) }
        if evidence.hasTooMuchTrouble(for: rubric.status) {
            return evidence.isMostlyGraders ? .graderFailed : .error(evidence.primaryError)
        }
        guard evidence.metrics.judged == 0 else { return nil }
        if evidence.hasErrors { return .error(evidence.primaryError) }
        return evidence.metrics.graderErrors > 0 ? .graderFailed : .nothingApplicable
    }
}
