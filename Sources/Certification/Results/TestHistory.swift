package import Contracts
import Foundation

/// All results of a certification's attempts, read as one: what each test came to, and what it took to get there.
package struct TestHistory: Sendable, Hashable {
    package let suite: Suite
    let outline: SuiteOutline
    private let triesByTest: [TestID: [TestResult]]
    private let uncounted: Set<TestID>
    /// The tests whose calls stand each for itself.
    private let independent: Set<TestID>

    /// Reads the results of all attempts, in any order; those of tests that the suite does not hold are ignored.
    package init(suite: Suite, results: [TestResult]) {
        self.init(suite: suite, outline: SuiteOutline(suite), results: results)
    }

    /// Reads results of a suite of which only the outline is known.
    package init(outline: SuiteOutline, results: [TestResult]) {
        self.init(suite: outline.suite, outline: outline, results: results)
    }

    private init(suite: Suite, outline: SuiteOutline, results: [TestResult]) {
        self.suite = suite
        self.outline = outline
        uncounted = Set(suite.tests.filter { !$0.counts }.map(\.id))
        independent = Set(suite.tests.filter(\.procedure.hasIndependentCalls).map(\.id))
        triesByTest = Dictionary(grouping: results, by: \.test)
            // By time first: a certification that is opened again counts its attempts anew.
            .mapValues { $0.sorted { ($0.finishedAt, $0.attempt) < ($1.finishedAt, $1.attempt) } }
    }

    /// Whether a test decides anything, or is only reported.
    package func counts(_ test: TestID) -> Bool { !uncounted.contains(test) }

    /// What a test came to: its final result, else its latest; nil when it did not run.
    package func latest(of test: TestID) -> TestResult? {
        let tries = triesByTest[test] ?? []
        return tries.first(where: \.isFinal) ?? tries.last
    }

    /// What the suite's tests came to, in the suite's order; tests that did not run are left out.
    package var latest: [TestResult] { suite.tests.compactMap { latest(of: $0.id) } }

    /// The tests that have no final result yet, in the suite's order. One that is only reported has one try.
    package var unfinished: [SuiteTest] {
        suite.tests.filter { $0.counts ? latest(of: $0.id)?.isFinal != true : tries(of: $0.id).isEmpty }
    }

    /// Whether a test that counts did not run, or met trouble that may pass.
    var isWorthAnotherAttempt: Bool {
        unfinished.contains { $0.counts && latest(of: $0.id)?.error?.category.isRetryable != false }
    }

    /// How often a test was run again. A try that was merely cancelled is no reason to speak of a retry.
    package var retries: Int { suite.tests.reduce(0) { $0 + max(0, tries(of: $1.id).count - 1) } }

    /// Every call of every attempt.
    package var calls: [CallRecord] { suite.tests.flatMap { calls(of: $0.id) } }

    /// Every call of a test, in all attempts.
    package func calls(of test: TestID) -> [CallRecord] { (triesByTest[test] ?? []).flatMap(\.calls) }

    /// Each test's first try that was not merely cancelled, in the suite's order: a later try's times would hide what went
    /// before.
    var firstTries: [TestResult] { suite.tests.compactMap { tries(of: $0.id).first } }

    /// Every try of every test.
    var allTries: [TestResult] { suite.tests.flatMap { triesByTest[$0.id] ?? [] } }

    /// Every try of a test that was not merely cancelled, the earliest first.
    func tries(of test: TestID) -> [TestResult] {
        (triesByTest[test] ?? []).filter { $0.error?.category != .cancelled }
    }

    /// The history in which tests came to something else, each in the try that it came to it in.
    func replacing(_ replacements: [TestID: TestResult]) -> TestHistory {
        guard !replacements.isEmpty else { return self }
        let results = allTries.map { result in
            guard let other = replacements[result.test], result == latest(of: result.test) else { return result }
            return other
        }
        return TestHistory(suite: suite, outline: outline, results: results)
    }
}

extension TestHistory {
    /// The calls of first tries that tell of the service alone: made one at a time, each request for the first time, and up
    /// to the first that failed, unless each stands for itself.
    var telling: [CallRecord] { telling(of: firstTries) }

    /// Those of them that were answered: their times are the service's.
    var timedCalls: [CallRecord] { telling.filter { $0.ending == .answered } }

    /// As `timedCalls`, of all tries.
    var timedCallsOfAllTries: [CallRecord] { telling(of: allTries).filter { $0.ending == .answered } }

    /// A request that was made before may be answered from a cache.
    private func telling(of tries: [TestResult]) -> [CallRecord] {
        var seen: Set<String> = []
        return tries.flatMap { result in
            let alone = result.calls.filter { !$0.isConcurrent }
            let calls = independent.contains(result.test) ? alone[...] : alone.throughTrouble
            return calls.filter { call in call.requestDigest.map { seen.insert($0).inserted } ?? true }
        }
    }

    /// The errors of all tries: of each failed call, and those that decided a test without one.
    var errorCounts: [ErrorCategory: Int] {
        var counts: [ErrorCategory: Int] = [.unknown: 0]
        for result in allTries {
            let categories = result.calls.filter { $0.ending == .failed }.map { $0.errorCategory ?? .unknown }
            for category in categories { counts[category, default: 0] += 1 }
            if let decisive = result.error?.category, !categories.contains(decisive) {
                counts[decisive, default: 0] += 1
            }
        }
        return counts
    }

    /// For each passed test, from its first start to the end of the try that passed.
    var timesToSuccess: [Double] {
        suite.tests.compactMap { test in
            guard let passed = latest(of: test.id), passed.outcome == .pass,
                let first = (triesByTest[test.id] ?? []).map(\.startedAt.milliseconds).min()
            else { return nil }
            return Double(passed.finishedAt.milliseconds - first)
        }
    }

    /// How long tests ran, all tries together; they run one after another.
    var busyMilliseconds: Double { allTries.busyMilliseconds }

    var window: Metrics.Window? {
        let tries = allTries.filter { !$0.calls.isEmpty }
        guard let from = tries.map(\.startedAt).min(), let to = tries.map(\.finishedAt).max() else { return nil }
        return Metrics.Window(from: from.toMilliseconds, to: to.toMilliseconds)
    }
}

extension [TestResult] {
    /// How long they ran together.
    var busyMilliseconds: Double {
        Double(reduce(0) { $0 + Swift.max(0, $1.finishedAt.milliseconds - $1.startedAt.milliseconds) })
    }
}

extension [CallRecord] {
    /// The calls up to and with the first that failed by anything but the model's nature.
    fileprivate var throughTrouble: ArraySlice<CallRecord> {
        let trouble = firstIndex { $0.ending == .failed && $0.errorCategory?.skipsTest != true }
        return trouble.map { self[...$0] } ?? self[...]
    }
}
