import Contracts

/// What a verdict is made of, drawn from the results.
struct Evidence {
    let metrics: Metrics
    /// Nil when nothing was judged, and for rubrics that do not weigh dimensions.
    let quality: QualityScore?
    /// The results of those gates that ran.
    let gates: [TestResult]
    /// Whether a gate did not run.
    let gateIsMissing: Bool
    let coverage: Verdict.Coverage
    let findings: [Verdict.Finding]
    let rules: Rubric.Rules
    /// Of the tests that count.
    let dimensions: [TestID: SuiteTest.Dimension]
    /// What is declared of the model and was refused, sorted.
    let refusedDeclarations: [Capability]

    /// What the tests that count came to.
    private let latest: [TestResult]
    private let names: [TestID: String]
    private let errorCategories: [ErrorCategory]
    /// Those of tests that are only reported.
    private let reportedCategories: [ErrorCategory]
    /// What each test adds to the quality's denominator.
    private let weights: [TestID: Double]
    private let interruption: ErrorCategory

    /// Draws the evidence from results; the interruption stands for the error of every test that did not run.
    init(_ history: TestHistory, facts: JudgingFacts, interruption: ErrorCategory, rubric: Rubric) {
        let counted = history.suite.tests.filter(\.counts)
        let gateIDs = Set(counted.filter(\.isGate).map(\.id))
        let latest = history.latest.filter { history.counts($0.test) }
        var metrics = Metrics(history)
        metrics.serviceLevel = rubric.serviceLevels.map {
            ServiceLevelReport(history, declared: facts.serviceClass, levels: $0)
        }
        self.latest = latest
        self.metrics = metrics
        quality = rubric.quality(of: history)
        gates = latest.filter { gateIDs.contains($0.test) }
        gateIsMissing = gates.count < gateIDs.count
        names = Dictionary(counted.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        errorCategories =
            Self.errorCategories(of: latest)
            + Array(repeating: interruption, count: counted.count - latest.count)
        reportedCategories = Self.errorCategories(of: history.latest.filter { !history.counts($0.test) })
        weights = rubric.testWeights(in: history)
        self.interruption = interruption
        rules = rubric.rules
        findings = history.findings
        dimensions = Dictionary(counted.map { ($0.id, $0.dimension) }, uniquingKeysWith: { first, _ in first })
        refusedDeclarations = history.refusedCapabilities.intersection(facts.declared ?? []).sorted()
        coverage = Verdict.Coverage(
            judged: metrics.judged, applicable: counted.count - metrics.skipped, total: counted.count,
            reported: metrics.reported)
    }

    private static func errorCategories(of results: [TestResult]) -> [ErrorCategory] {
        results.filter { $0.outcome == .error }.map { $0.error?.category ?? .unknown }
    }

    /// Tests that ended in an error or did not run and, by the second rules, those that no grader could decide.
    private var troubled: Int { errorCategories.count + (rules == .second ? metrics.graderErrors : 0) }

    /// Whether too many of the tests that apply met trouble.
    func hasTooMuchTrouble(for status: Rubric.StatusThresholds) -> Bool {
        guard coverage.applicable > 0 else { return false }
        return Double(troubled) / Double(coverage.applicable) > status.maximumErrorShare
            && troubled > status.toleratedErrors
    }

    /// Why too few tests were judged for a certificate; nil when enough were.
    func lackOfCoverage(for status: Rubric.StatusThresholds) -> VerdictReason? {
        let share = (Double(coverage.total) * status.minimumJudgedShare).rounded(.up)
        let needed = max(min(status.minimumJudged, coverage.total), Int(share))
        guard coverage.judged < needed else { return nil }
        return coverage.judged + errorCategories.count < needed ? .lowCoverage : .error(primaryError)
    }

    /// The permanent cause that keeps the target from being used. A gate's capability is one: nothing works without it.
    var unsupportedCategory: ErrorCategory? {
        let skipped = gates.first { $0.outcome == .skipped }
        // What is declared absent is skipped without an error.
        let absent: ErrorCategory? = skipped != nil && rules == .second ? .capabilityUnsupported : nil
        return skipped?.error?.category ?? absent
            ?? Self.primary(of: decisiveCategories.filter(\.leavesTargetUnsupported))
    }

    var runnerFault: ErrorCategory? {
        // By the first rules a budget's end was one.
        Self.primary(of: decisiveCategories.filter { $0.isRunnerFault || rules == .first && $0 == .budgetExceeded })
    }

    /// By the first rules tests that are only reported might end the run as any other.
    private var decisiveCategories: [ErrorCategory] {
        rules == .first ? errorCategories + reportedCategories : errorCategories
    }

    /// Why nothing can be said. By the second rules a gate that was not judged says it: without it the rest is nothing.
    var primaryError: ErrorCategory {
        let own = gates.filter { $0.outcome == .error }.map { $0.error?.category ?? .unknown }
        if rules == .second, gateIsUnjudged { return Self.primary(of: own) ?? interruption }
        return Self.primary(of: errorCategories) ?? .unknown
    }

    /// Whether an error, and not only graders, kept tests from being judged.
    var hasErrors: Bool { rules == .second && !errorCategories.isEmpty }

    var gateIsUnjudged: Bool { gateIsMissing || gates.contains { !$0.outcome.countsForQuality } }

    /// Whether graders kept more tests from being judged than errors did.
    var isMostlyGraders: Bool { rules == .second && metrics.graderErrors > errorCategories.count }

    /// Of the tests that were judged and not passed, the one that weighs most; the first of equals.
    var heaviestFailure: TestResult? {
        latest.filter { $0.outcome.countsForQuality && $0.outcome != .pass }
            .reduce(nil) { best, next in
                guard let best else { return next }
                return (weights[next.test] ?? 0) > (weights[best.test] ?? 0) ? next : best
            }
    }

    /// The most severe category; of equally severe ones the most frequent, then the first.
    private static func primary(of categories: [ErrorCategory]) -> ErrorCategory? {
        let counts = Dictionary(categories.map { ($0, 1) }, uniquingKeysWith: +)
        var best: ErrorCategory?
        for category in categories {
            guard let current = best else {
                best = category
                continue
            }
            let isWorse = (category.severity, counts[category] ?? 0) > (current.severity, counts[current] ?? 0)
            if isWorse { best = category }
        }
        return best
    }
}

extension Evidence {
    /// The tests that tell most about why the verdict is what it is, at most three: gates first, then what weighs most.
    func topFailures(for status: CertificationStatus) -> [Verdict.Failure] {
        let isAboutErrors = status == .unsupported || status == .inconclusive
        let gateIDs = Set(gates.map(\.test))
        let rank: (TestResult) -> Int = { result in
            if result.outcome.countsForQuality == isAboutErrors { return 2 }
            return gateIDs.contains(result.test) ? 0 : 1
        }
        let weight: (TestResult) -> Double = { weights[$0.test] ?? 0 }
        // The sort is stable, so that tests of one rank keep the suite's order.
        return
            latest
            .filter { $0.outcome != .pass && $0.outcome != .skipped || $0.outcome == .skipped && rank($0) == 0 }
            .sorted { (rank($0), -weight($0)) < (rank($1), -weight($1)) }
            .prefix(3)
            .map { Verdict.Failure(test: $0.test, outcome: $0.outcome, explanation: $0.explanation) }
    }

    /// The reason in a sentence, at most 500 characters.
    func sentence(for reason: VerdictReason, status: CertificationStatus) -> String {
        let text =
            switch reason {
            case .error(let category) where status == .unsupported:
                "The target can't be used because \(category.phrase)\(providersWords(on: category))."
            case .error(let category):
                "\(errorCategories.count) of \(coverage.applicable) tests could not be judged, mainly because "
                    + "\(category.phrase)\(providersWords(on: category))."
            case .gateFailed:
                "A test that every model has to pass was not passed: \(failedNames(of: gates)). "
                    + "\(metrics.passed) of \(metrics.judged) tests passed."
            case .testsFailed:
                "\(metrics.passed) of \(metrics.judged) tests passed. Not passed: \(failedNames(of: latest))."
            case .lowCoverage:
                "Only \(coverage.judged) of the suite's \(coverage.total) tests could be judged, which is too little for a "
                    + "certificate."
            case .capabilityRefused:
                "The model is declared to have \(refusedDeclarations.map(\.rawValue).joined(separator: ", ")), and its "
                    + "provider refuses what needs it. \(metrics.passed) of \(metrics.judged) tests passed."
            case .nothingApplicable: "None of the suite's \(coverage.total) tests applies to the model."
            case .graderFailed: "\(metrics.graderErrors) tests could not be judged because their graders failed."
            }
        return UntrustedText(text).line(limit: 500)
    }

    private func failedNames(of results: [TestResult]) -> String {
        results.filter { $0.outcome.countsForQuality && $0.outcome != .pass }
            .map { names[$0.test] ?? $0.test.rawValue }
            .joined(separator: "; ")
    }

    private func providersWords(on category: ErrorCategory) -> String {
        guard let error = latest.lazy.compactMap(\.error).first(where: { $0.category == category }) else { return "" }
        let words = [error.code, error.message].filter { !$0.isEmpty }.joined(separator: ": ")
        return words.isEmpty ? "" : " (\(UntrustedText(words).line(limit: 300)))"
    }
}
