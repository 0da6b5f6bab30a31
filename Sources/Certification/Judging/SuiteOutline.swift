package import Contracts

/// As much of a suite as a verdict depends on: its tests without what they ask.
package struct SuiteOutline: Sendable, Hashable, Codable {
    package struct Test: Sendable, Hashable, Codable {
        package var id: TestID
        package var name: String
        package var dimension: SuiteTest.Dimension
        package var isGate: Bool
        package var counts: Bool
        package var weight: Double
        /// What a wrong answer, or none, speaks against; nil for most tests, and in outlines from before rubric 3.
        package var subject: Capability?
        /// How many calls it makes before the first that has to be refused; nil when none has, and in older outlines.
        package var callsBeforeRefusal: Int?
    }

    package var id: SuiteID
    package var version: Int
    /// Those that applied to the target, in the order in which they ran.
    package var tests: [Test]

    package init(_ suite: Suite) {
        id = suite.id
        version = suite.version
        tests = suite.tests.map(Test.init)
    }

    /// A suite that can be judged by and not run.
    package var suite: Suite {
        Suite(
            id: id, version: version,
            tests: tests.map {
                SuiteTest(
                    id: $0.id, name: $0.name, dimension: $0.dimension, isGate: $0.isGate, counts: $0.counts,
                    weight: $0.weight, calls: [], timeoutSeconds: 0)
            })
    }
}

extension SuiteOutline.Test {
    init(_ test: SuiteTest) {
        self.init(
            id: test.id, name: test.name, dimension: test.dimension, isGate: test.isGate, counts: test.counts,
            weight: test.weight, subject: test.subject,
            callsBeforeRefusal: test.calls.firstIndex { $0.expectation.wantsRefusal })
    }

    /// Whether a result says that the call which had to be refused broke the server, after those before it were answered.
    func isBrokenRefusal(_ result: TestResult) -> Bool {
        guard let callsBeforeRefusal, result.outcome == .error, let category = result.error?.category else {
            return false
        }
        return category.isServerFault && result.calls.last?.ending == .failed
            && result.calls.count { $0.ending != .failed } >= callsBeforeRefusal
    }
}

extension ErrorCategory {
    /// Whether the server says that it failed itself, as statuses 500 to 599 do.
    var isServerFault: Bool {
        switch self {
        case .serviceInternal, .serviceUnavailable, .modelError: true
        default: false
        }
    }
}
