import Certification
import Contracts
import Foundation
import Testing

@Suite("Comparing two certifications of a target")
struct ComparisonTests {
    private func run(
        _ outcomes: [TestOutcome], status: CertificationStatus = .certified, rating: Double? = 4.5,
        reasonCode: String? = nil, region: Region = "us-east-1", version: Int = 1, latencyMs: Double = 600,
        capabilities: [Capability: Bool] = [:],
        after seconds: Double = 0
    ) -> ComparedRun {
        var results = outcomes.enumerated().map { index, outcome in
            TestResult.sample(TestID("t\(index)"), outcome, latencyMs: latencyMs)
        }
        if !results.isEmpty { results[0].capabilities = capabilities }
        let suite = Certification.Suite.sample(count: max(1, outcomes.count))
        let renamed = results.enumerated().map { index, result in
            var result = result
            result.test = TestID("t\(index + 1)")
            return result
        }
        return ComparedRun(
            certification: CertificationID(),
            target: Target(provider: .bedrock, model: "v.m", region: region, profile: .inRegion), suite: "sample",
            suiteVersion: version, rubricVersion: 1, status: status, rating: rating, reasonCode: reasonCode,
            finishedAt: .sample.addingTimeInterval(seconds),
            metrics: Metrics(TestHistory(suite: suite, results: renamed)), results: renamed)
    }

    private func outcomes(_ passed: Int, failed: Int) -> [TestOutcome] {
        Array(repeating: .pass, count: passed) + Array(repeating: .fail, count: failed)
    }

    @Test("The sign test is exact: five flips one way may be chance, six are not")
    func signTest() {
        #expect(SignTest.pValue(5, 0) == 0.0625 || abs(SignTest.pValue(5, 0) - 0.0625) < 1e-12)
        #expect(abs(SignTest.pValue(0, 6) - 0.03125) < 1e-12)
        #expect(abs(SignTest.pValue(7, 1) - 0.0703125) < 1e-12)
        #expect(SignTest.pValue(0, 0) == 1)
        #expect(SignTest.pValue(3, 3) == 1)
        #expect(abs(SignTest.pValue(1_000, 1_000) - 1) < 1e-6)
        #expect(SignTest.pValue(2_000, 0) < 1e-300)
    }

    @Test("Wilson's interval is that of the tables")
    func wilson() throws {
        let all = try #require(ObservedShare(hits: 10, of: 10).interval)
        #expect(abs(all.lowerBound - 0.722) < 0.001 && all.upperBound == 1)
        #expect(ObservedShare(hits: 0, of: 0).interval == nil)
        #expect(ObservedShare(hits: 20, of: 20).isApart(from: ObservedShare(hits: 8, of: 20)))
        #expect(!ObservedShare(hits: 20, of: 20).isApart(from: ObservedShare(hits: 17, of: 20)))
    }

    @Test("Six tests that fail now and passed before are a regression; five are not")
    func flips() {
        let before = run(outcomes(40, failed: 0))
        let five = Comparison(of: before, with: run(outcomes(35, failed: 5), after: 1))
        #expect(five.outcome == .unchanged && five.flips.count == 5 && !five.isSignificant)
        let six = Comparison(of: before, with: run(outcomes(34, failed: 6), after: 1))
        #expect(six.outcome == .regression && six.pairedTests == 40 && six.findings.map(\.kind) == [.tests])
        #expect(six.flips.allSatisfy { $0.direction == .worse })
        let back = Comparison(of: run(outcomes(34, failed: 6)), with: run(outcomes(40, failed: 0), after: 1))
        #expect(back.outcome == .improvement)
    }

    @Test("Infrastructure trouble and tests of only one of the two are no flips")
    func unpaired() {
        var after = outcomes(10, failed: 0)
        for index in 0..<8 { after[index] = .error }
        let comparison = Comparison(of: run(outcomes(12, failed: 0)), with: run(after, after: 1))
        #expect(comparison.flips.isEmpty && comparison.pairedTests == 2)
        #expect(comparison.outcome == .insufficientData)
    }

    @Test("A status near a threshold is no news; a failed gate and a target that is gone are")
    func statuses() {
        let before = run(outcomes(10, failed: 0))
        let warned = Comparison(of: before, with: run(outcomes(9, failed: 1), status: .qualityWarning, after: 1))
        #expect(warned.outcome == .unchanged)
        let gate = Comparison(
            of: before, with: run(outcomes(9, failed: 1), status: .failed, reasonCode: "GATE_FAILED", after: 1))
        #expect(gate.outcome == .regression && gate.findings.map(\.kind) == [.status])
        let gone = Comparison(of: before, with: run([], status: .unsupported, rating: 0, after: 1))
        #expect(gone.outcome == .regression)
        #expect(Comparison(of: run([], status: .unsupported), with: before).outcome == .improvement)
        let open = Comparison(of: before, with: run([], status: .inconclusive, rating: nil, after: 1))
        #expect(open.outcome == .insufficientData && !open.isSignificant)
    }

    @Test("A capability that works no more is a regression")
    func capabilities() {
        let before = run(outcomes(10, failed: 0), capabilities: [.streamingTools: true, .vision: false])
        let after = run(outcomes(10, failed: 0), capabilities: [.streamingTools: false, .tools: true], after: 1)
        let comparison = Comparison(of: before, with: after)
        #expect(comparison.outcome == .regression)
        #expect(comparison.capabilities.map(\.capability) == [.streamingTools])
        #expect(comparison.capabilities.map(\.worksNow) == [false])
    }

    @Test("Latency is judged by what earlier runs have shown to be usual, and not before there are three")
    func latency() throws {
        let earlier = [580.0, 600, 640, 610].enumerated().map {
            run(outcomes(10, failed: 0), latencyMs: $0.element, after: Double($0.offset))
        }
        let slow = run(outcomes(10, failed: 0), latencyMs: 1_400, after: 10)
        #expect(Comparison(of: earlier[3], with: slow, earlier: Array(earlier.prefix(2))).outcome == .unchanged)
        let judged = Comparison(of: earlier[3], with: slow, earlier: earlier)
        #expect(judged.outcome == .regression && judged.findings.map(\.kind) == [.metric])
        let usual = run(outcomes(10, failed: 0), latencyMs: 700, after: 10)
        #expect(Comparison(of: earlier[3], with: usual, earlier: earlier).outcome == .unchanged)
        // What the baseline had already is no news.
        let again = run(outcomes(10, failed: 0), latencyMs: 1_420, after: 11)
        #expect(Comparison(of: slow, with: again, earlier: earlier).outcome == .unchanged)
        let fast = run(outcomes(10, failed: 0), latencyMs: 200, after: 10)
        #expect(Comparison(of: earlier[3], with: fast, earlier: earlier).outcome == .improvement)
    }

    @Test("Runs of other versions of a suite are shown and not judged")
    func otherSuite() {
        let comparison = Comparison(
            of: run(outcomes(40, failed: 0)), with: run(outcomes(20, failed: 20), version: 2, after: 1))
        #expect(comparison.outcome == .notComparable && comparison.findings.isEmpty)
        #expect(comparison.flips.count == 20 && comparison.explanation.contains("version 2"))
    }

    @Test("A region is measured by the reference's own noise, and by nothing while that is not known")
    func parity() throws {
        let reference = [20, 19, 20].enumerated().map {
            run(outcomes($0.element, failed: 20 - $0.element), after: Double($0.offset))
        }
        let good = run(outcomes(18, failed: 2), region: "eu-west-1")
        let bad = run(outcomes(12, failed: 8), region: "ap-south-1")
        let gone = run([], status: .unsupported, reasonCode: "ACCESS_NOT_GRANTED", region: "sa-east-1")
        let report = try #require(
            ParityReport(of: reference + [good, bad, gone], reference: "us-east-1"))
        let noise = try #require(report.noise)
        #expect(noise.highest == 1 && noise.lowest == 0.95 && abs(noise.bar - 0.9) < 1e-9)
        #expect(noise.unstableTests == ["t20"] && noise.stableTests == 19)
        #expect(report.places.map(\.region) == ["ap-south-1", "eu-west-1", "sa-east-1"])
        #expect(report.places.map(\.outcome) == [.below, .atPar, .below])
        #expect(report.places[1].deviations.map(\.test) == ["t19"])
        let early = try #require(
            ParityReport(of: Array(reference.prefix(2)) + [bad], reference: "us-east-1"))
        #expect(early.noise == nil && early.places.map(\.outcome) == [.insufficientData])
        #expect(early.explanation.contains("2 runs"))
        #expect(ParityReport(of: [good], reference: "us-east-1") == nil)
    }

    @Test("What the reference itself has lost is told, and is no noise that would excuse other regions")
    func driftedReference() throws {
        let runs = (0..<4).map { run(outcomes(20, failed: 0), after: Double($0)) }
        let drifted = run(outcomes(8, failed: 12), after: 4)
        let bad = run(outcomes(12, failed: 8), region: "ap-south-1")
        let report = try #require(ParityReport(of: runs + [drifted, bad], reference: "us-east-1"))
        #expect(report.noise?.lowest == 1 && report.noise?.unstableTests == [])
        #expect(report.referenceRuns == 5 && report.places.map(\.outcome) == [.below])
        #expect(report.explanation.hasPrefix("4 runs in us-east-1 passed"))
        #expect(report.explanation.contains("The newest run in us-east-1 is a regression itself"))
        let calm = try #require(ParityReport(of: runs + [bad], reference: "us-east-1"))
        #expect(!calm.explanation.contains("regression"))
    }

    @Test("Whether a range is the first figure's interval or what earlier runs have shown is told")
    func bases() {
        let earlier = (0..<4).map { run(outcomes(10, failed: 0), after: Double($0)) }
        let figures = Comparison(of: earlier[3], with: run(outcomes(10, failed: 0), after: 5), earlier: earlier).figures
        let shares = figures.filter { $0.usual != nil && $0.isInterval }.map(\.name)
        #expect(shares.contains("success-rate") && !shares.contains("latency-p50"))
        #expect(figures.contains { $0.usual != nil && !$0.isInterval })
    }
}
