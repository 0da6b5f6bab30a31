package import Contracts

/// How a model fares in several regions, measured against one of them.
///
/// The method is that of the K2 Vendor Verifier: the reference is first measured against itself, and only what lies beyond
/// its own noise is held against another region. Tests on which the reference itself is not of one mind say nothing.
package struct ParityReport: Sendable, Hashable {
    package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        /// Within the reference's own noise, or above it.
        case atPar = "AT_PAR"
        case below = "BELOW"
        /// Nobody can say: the reference's noise is not known, or the region has no run of the suite.
        case insufficientData = "INSUFFICIENT_DATA"
    }

    /// How the reference repeats itself.
    package struct Noise: Sendable, Hashable {
        /// The share of tests passed over the reference's runs, 0–1.
        package var lowest: Double
        package var mean: Double
        package var highest: Double
        /// What another region has to reach: as far below the lowest run as that is below the highest, and one test at least.
        package var bar: Double
        /// Tests that came to the same in every run.
        package var stableTests: Int
        /// Tests that did not, sorted.
        package var unstableTests: [TestID]
    }

    package struct Place: Sendable, Hashable {
        package var region: Region
        package var outcome: Outcome
        package var runs: Int
        /// The newest run that is measured.
        package var certification: CertificationID
        package var status: CertificationStatus
        /// Of its newest run.
        package var success: ObservedShare
        /// The stable tests on which it differs from the reference, sorted.
        package var deviations: [Comparison.Flip]
        /// What works in only one of the two, sorted by name.
        package var capabilities: [Comparison.CapabilityFlip]
        /// Its median latency over the reference's; nil where one is not known. No part of the outcome: distance is not
        /// the model's fault.
        package var latencyRatio: Double?
        /// In a sentence.
        package var explanation: String
    }

    package var reference: Region
    package var suite: SuiteID
    package var suiteVersion: Int
    package var referenceRuns: Int
    /// Nil with fewer than `NoiseFloor.fewestRuns` runs of the reference.
    package var noise: Noise?
    /// By region, without the reference.
    package var places: [Place]
    /// In a sentence.
    package var explanation: String

    /// Nil when the reference has no run.
    ///
    /// Reports on runs of one model through one kind of profile; those of other suites or versions than the newest run of the
    /// reference are left out.
    package init?(of runs: [ComparedRun], reference: Region) {
        let newestFirst = runs.sorted { ($0.finishedAt, $0.certification) > ($1.finishedAt, $1.certification) }
        guard let newest = newestFirst.first(where: { $0.target.region == reference }) else { return nil }
        let byRegion = Dictionary(grouping: newestFirst.filter { $0.asksTheSame(as: newest) }, by: \.target.region)
        let own = byRegion[reference] ?? []
        self.reference = reference
        suite = newest.suite
        suiteVersion = newest.suiteVersion
        referenceRuns = own.count
        let regression = Self.regression(of: own)
        let usual = regression == nil ? own : Array(own.dropFirst())
        let baseline = Baseline(usual)
        noise = baseline.noise
        places = byRegion.filter { $0.key != reference }.sorted { $0.key < $1.key }.compactMap { region, runs in
            runs.first.map { Place($0, runs: runs.count, in: region, against: baseline) }
        }
        if let noise {
            explanation = """
                \(usual.count) runs in \(reference) passed \(noise.lowest.percent) to \(noise.highest.percent) of the tests; \
                a region is at par from \(noise.bar.percent) on.
                """
        } else {
            explanation = """
                \(reference) has \(usual.count) \(usual.count == 1 ? "run" : "runs") of \(suite) version \(suiteVersion); its \
                own noise is known from \(NoiseFloor.fewestRuns) on. Certify it again, with force, until there are as many.
                """
        }
        if let regression {
            explanation += """
                 The newest run in \(reference) is a regression itself and was left out of that: \
                \(regression.explanation)
                """
        }
    }

    /// How the newest run of the reference has become worse than the one before; nil when it has not. What has changed is
    /// no noise. The runs are the newest first.
    private static func regression(of runs: [ComparedRun]) -> Comparison? {
        guard runs.count > 1 else { return nil }
        let comparison = Comparison(of: runs[1], with: runs[0], earlier: Array(runs.dropFirst()))
        return comparison.outcome == .regression ? comparison : nil
    }
}

/// The reference as it repeats itself.
private struct Baseline {
    var noise: ParityReport.Noise?
    /// What the stable tests came to.
    var stable: [TestID: TestOutcome] = [:]
    var capabilities: [Capability: Bool] = [:]
    var latency: Double?

    init(_ runs: [ComparedRun]) {
        let shares = runs.compactMap(\.success.share)
        guard shares.count >= NoiseFloor.fewestRuns, let lowest = shares.min(), let highest = shares.max(),
            let fewest = runs.map(\.success.tries).filter({ $0 > 0 }).min()
        else { return }
        var unstable: Set<TestID> = []
        for run in runs {
            for (test, outcome) in run.outcomes where outcome.countsForQuality {
                if let earlier = stable[test], (earlier == .pass) != (outcome == .pass) { unstable.insert(test) }
                stable[test] = stable[test] ?? outcome
            }
        }
        for test in unstable { stable[test] = nil }
        let all = Set(runs.flatMap(\.capabilities.keys))
        for capability in all {
            let seen = Set(runs.compactMap { $0.capabilities[capability] })
            if seen.count == 1 { capabilities[capability] = seen.first }
        }
        let latencies = runs.compactMap { RunFigure.latency.value(of: $0) }
        if !latencies.isEmpty { latency = NoiseFloor.median(latencies) }
        noise = ParityReport.Noise(
            lowest: lowest, mean: shares.reduce(0, +) / Double(shares.count), highest: highest,
            bar: max(0, lowest - max(highest - lowest, 1 / Double(fewest))), stableTests: stable.count,
            unstableTests: unstable.sorted())
    }
}

extension ParityReport.Place {
    fileprivate init(_ run: ComparedRun, runs: Int, in region: Region, against baseline: Baseline) {
        self.init(
            region: region, outcome: .insufficientData, runs: runs, certification: run.certification,
            status: run.status, success: run.success,
            deviations: baseline.stable.compactMap { test, before in
                guard let after = run.outcomes[test], after.countsForQuality, (before == .pass) != (after == .pass)
                else { return nil }
                return Comparison.Flip(test: test, before: before, after: after)
            }.sorted { $0.test < $1.test },
            capabilities: baseline.capabilities.compactMap { capability, works in
                guard let worksHere = run.capabilities[capability], worksHere != works else { return nil }
                return Comparison.CapabilityFlip(capability: capability, worksNow: worksHere)
            }.sorted { $0.capability < $1.capability },
            latencyRatio: nil, explanation: "")
        if let latency = baseline.latency, latency > 0, let here = RunFigure.latency.value(of: run) {
            latencyRatio = here / latency
        }
        judge(run, against: baseline)
    }

    private mutating func judge(_ run: ComparedRun, against baseline: Baseline) {
        guard let noise = baseline.noise else {
            explanation = "The reference's own noise is not known."
            return
        }
        guard run.status != .unsupported else {
            outcome = .below
            explanation = "The model can't be used here (\(run.reasonCode ?? "UNSUPPORTED"))."
            return
        }
        guard let share = run.success.share else {
            explanation = "No test was judged here."
            return
        }
        let worse = deviations.count { $0.direction == .worse }
        let pValue = SignTest.pValue(worse, deviations.count - worse)
        if share < noise.bar {
            outcome = .below
            explanation = "\(share.percent) of the tests passed; the bar is \(noise.bar.percent)."
        } else if worse > deviations.count - worse, pValue < SignTest.significance {
            outcome = .below
            explanation = "\(worse) tests that the reference always passes failed (p = \(pValue.formattedProbability))."
        } else if let missing = capabilities.first(where: { !$0.worksNow }) {
            outcome = .below
            explanation = "The capability \(missing.capability) does not work here."
        } else {
            outcome = .atPar
            explanation = "\(share.percent) of the tests passed, within the reference's own noise or above it."
        }
    }
}

extension Double {
    /// A share with one decimal.
    fileprivate var percent: String { "\((self * 1_000).rounded() / 10) %" }
}
