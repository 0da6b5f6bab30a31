package import Contracts

/// All results of a certification's attempts, read as one: what each test came to, and what it took to get there.
package struct TestHistory: Sendable, Hashable {
    package let suite: Suite
    private let triesByTest: [TestID: [TestResult]]

    /// Reads the results of all attempts, in any order; those of tests that the suite does not hold are ignored.
    package init(suite: Suite, results: [TestResult]) {
        self.suite = suite
        triesByTest = Dictionary(grouping: results, by: \.test)
            // By time first: a certification that is opened again counts its attempts anew.
            .mapValues { $0.sorted { ($0.finishedAt, $0.attempt) < ($1.finishedAt, $1.attempt) } }
    }

    /// What a test came to: its final result, else its latest; nil when it did not run.
    package func latest(of test: TestID) -> TestResult? {
        let tries = triesByTest[test] ?? []
        return tries.first(where: \.isFinal) ?? tries.last
    }

    /// What the suite's tests came to, in the suite's order; tests that did not run are left out.
    package var latest: [TestResult] { suite.tests.compactMap { latest(of: $0.id) } }

    /// The tests that have no final result yet, in the suite's order.
    package var unfinished: [SuiteTest] { suite.tests.filter { latest(of: $0.id)?.isFinal != true } }

    /// How often a test was run again. A try that was merely cancelled is no reason to speak of a retry.
    package var retries: Int { suite.tests.reduce(0) { $0 + max(0, tries(of: $1.id).count - 1) } }

    /// Every call of every attempt.
    package var calls: [CallRecord] { suite.tests.flatMap { (triesByTest[$0.id] ?? []).flatMap(\.calls) } }

    /// The calls of each test's first try: a later try's times would hide what went before.
    package var firstCalls: [CallRecord] { suite.tests.flatMap { tries(of: $0.id).first?.calls ?? [] } }

    private func tries(of test: TestID) -> [TestResult] {
        (triesByTest[test] ?? []).filter { $0.error?.category != .cancelled }
    }
}
