import Contracts

extension Comparison {
    /// Compares a certification with an earlier one of the same target.
    ///
    /// - Parameters:
    ///   - baseline: the earlier one.
    ///   - candidate: the later one.
    ///   - earlier: the target's runs before `candidate`, `baseline` perhaps among them, in any order: they tell how far
    ///     figures stray. Those that ask other questions are left out.
    package init(of baseline: ComparedRun, with candidate: ComparedRun, earlier: [ComparedRun] = []) {
        self.baseline = baseline
        self.candidate = candidate
        let pairs = baseline.outcomes.compactMap { test, before -> Flip? in
            guard before.countsForQuality, let after = candidate.outcomes[test], after.countsForQuality else {
                return nil
            }
            return Flip(test: test, before: before, after: after)
        }
        pairedTests = pairs.count
        flips = pairs.filter { ($0.before == .pass) != ($0.after == .pass) }.sorted { $0.test < $1.test }
        let worse = flips.count { $0.direction == .worse }
        pValue = pairs.isEmpty ? nil : SignTest.pValue(worse, flips.count - worse)
        capabilities = Self.capabilityFlips(baseline, candidate)
        let comparable = baseline.asksTheSame(as: candidate)
        let alike = comparable ? earlier.filter { $0.asksTheSame(as: candidate) && $0 != candidate } : []
        figures = Self.shares(baseline, candidate) + Self.figures(baseline, candidate, alike)
        findings = []
        outcome = .notComparable
        explanation = ""
        conclude(comparable)
    }

    private mutating func conclude(_ comparable: Bool) {
        guard comparable else {
            explanation = """
                \(baseline.suite) version \(baseline.suiteVersion) and \(candidate.suite) version \
                \(candidate.suiteVersion) ask other questions; only what their \(pairedTests) common tests came to is \
                shown.
                """
            return
        }
        guard baseline.status.isJudged, candidate.status.isJudged else {
            outcome = .insufficientData
            let open = baseline.status.isJudged ? candidate : baseline
            explanation = "A certification that ended \(open.status.rawValue) says nothing about the model."
            return
        }
        findings = (statusFindings + testFindings + capabilityFindings + metricFindings)
            .sorted { $0.direction == .worse && $1.direction == .better }
        if let first = findings.first {
            outcome = first.direction == .worse ? .regression : .improvement
            explanation = findings.map(\.text).joined(separator: " ")
        } else if pairedTests < SignTest.fewestPairs {
            outcome = .insufficientData
            explanation = """
                Only \(pairedTests) tests were judged in both; with fewer than \(SignTest.fewestPairs) no change could \
                be told from chance.
                """
        } else {
            outcome = .unchanged
            explanation =
                flips.isEmpty
                ? "All \(pairedTests) tests that were judged in both came to the same."
                : "\(flips.count) of \(pairedTests) tests came to something else, which chance explains."
        }
    }

    /// A status near a threshold changes by chance. It is news when a test that no model may fail decided it, or when the
    /// target can't be used any more, or again.
    private var statusFindings: [Finding] {
        guard baseline.status != candidate.status else { return [] }
        let isUnsupported = [baseline.status, candidate.status].contains(.unsupported)
        let gateFailed = [baseline, candidate].contains { $0.status == .failed && $0.reasonCode == "GATE_FAILED" }
        guard isUnsupported || gateFailed else { return [] }
        let isWorse = Self.rank(candidate.status) < Self.rank(baseline.status)
        return [
            Finding(
                kind: .status, direction: isWorse ? .worse : .better,
                text: "The status went from \(baseline.status.rawValue) to \(candidate.status.rawValue).")
        ]
    }

    private static func rank(_ status: CertificationStatus) -> Int {
        switch status {
        case .certified: 3
        case .qualityWarning: 2
        case .failed: 1
        case .unsupported, .inconclusive, .cancelled, .queued, .processing, .retrying: 0
        }
    }

    private var testFindings: [Finding] {
        guard let pValue, pValue < SignTest.significance else { return [] }
        let worse = flips.count { $0.direction == .worse }
        let better = flips.count - worse
        return [
            Finding(
                kind: .tests, direction: worse > better ? .worse : .better,
                text: """
                    Of \(pairedTests) tests \(worse) passed before and not now, \(better) the other way round \
                    (sign test: p = \(pValue.formattedProbability)).
                    """)
        ]
    }

    private var capabilityFindings: [Finding] {
        capabilities.map { flip in
            Finding(
                kind: .capability, direction: flip.worksNow ? .better : .worse,
                text: "The capability \(flip.capability) \(flip.worksNow ? "works now" : "works no more").")
        }
    }

    private var metricFindings: [Finding] {
        figures.compactMap { figure in
            guard let change = figure.change, let before = figure.before, let after = figure.after else { return nil }
            return Finding(
                kind: .metric, direction: change,
                text: "The \(figure.words) went from \(before.shortly) to \(after.shortly), beyond what is usual.")
        }
    }

    private static func capabilityFlips(_ baseline: ComparedRun, _ candidate: ComparedRun) -> [CapabilityFlip] {
        candidate.capabilities.compactMap { capability, works in
            guard let worked = baseline.capabilities[capability], worked != works else { return nil }
            return CapabilityFlip(capability: capability, worksNow: works)
        }.sorted { $0.capability < $1.capability }
    }

    /// Rates differ when their intervals have nothing in common.
    private static func shares(_ baseline: ComparedRun, _ candidate: ComparedRun) -> [FigureChange] {
        let rates: [(String, String, ObservedShare, ObservedShare)] = [
            ("success-rate", "success rate", baseline.success, candidate.success),
            ("availability", "availability", baseline.availability, candidate.availability),
        ]
        return rates.map { name, words, before, after in
            let isMore = (after.share ?? 0) > (before.share ?? 0)
            return FigureChange(
                name: name, words: words, before: before.share, after: after.share, usual: before.interval,
                isInterval: true, change: before.isApart(from: after) ? (isMore ? .better : .worse) : nil)
        }
    }

    /// Other figures differ when the second is out of what the earlier runs have shown to be usual.
    private static func figures(
        _ baseline: ComparedRun, _ candidate: ComparedRun, _ earlier: [ComparedRun]
    ) -> [FigureChange] {
        RunFigure.allCases.map { figure in
            let after = figure.value(of: candidate)
            let alike = figure == .rating ? earlier.filter { $0.rubricVersion == candidate.rubricVersion } : earlier
            let floor = figure.floor(of: alike)
            var change: Direction?
            let before = figure.value(of: baseline)
            // What the baseline had already is no news, however unusual it is.
            if let before, let after, let floor, !floor.range.contains(after), abs(after - before) > floor.tolerance {
                change = (after > before) == figure.moreIsBetter ? .better : .worse
            }
            return FigureChange(
                name: figure.rawValue, words: figure.words, before: before, after: after, usual: floor?.range,
                change: change)
        }
    }
}

extension Double {
    /// To three significant decimals for small figures, to one otherwise.
    var shortly: String {
        let scale = abs(self) < 10 ? 1000.0 : 10
        let rounded = (self * scale).rounded() / scale
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }

    var formattedProbability: String { self < 0.001 ? "below 0.001" : shortly }
}
