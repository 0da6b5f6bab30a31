import Certification
import Contracts
import Foundation
import Testing

extension Date {
    static let sample = Date(timeIntervalSince1970: 1_800_000_000)
}

extension SuiteCatalog {
    /// The built-in suites; empty when they are damaged, which a test of its own says.
    static let sample = (try? SuiteCatalog.bundled()) ?? SuiteCatalog(suites: [])
}

extension Certification.Suite {
    static let base = SuiteCatalog.sample.suite(.base) ?? Certification.Suite(id: .base, version: 0, tests: [])
    static let full = SuiteCatalog.sample.suite("full") ?? Certification.Suite(id: "full", version: 0, tests: [])
}

/// A test of the base suite.
func baseTest(_ id: TestID) throws -> SuiteTest {
    try #require(Certification.Suite.base.tests.first { $0.id == id })
}

extension SuiteTest {
    /// A test whose one call a provider has to answer with anything.
    static func sample(_ id: TestID, isGate: Bool = false) -> SuiteTest {
        SuiteTest(
            id: id, name: "Test \(id)", dimension: .liveness, isGate: isGate,
            calls: [
                TestCall(
                    request: ModelRequest(messages: [ModelMessage(role: .user, text: "Hello")], maxTokens: 16),
                    expectation: .answer(GraderGroup(.all, [.nonEmpty])))
            ], timeoutSeconds: 30)
    }
}

extension Certification.Suite {
    /// A gate `t1`, and further tests up to `t<count>`.
    static func sample(count: Int) -> Self {
        Self(id: "sample", version: 3, tests: (1...count).map { .sample(TestID("t\($0)"), isGate: $0 == 1) })
    }
}

extension TestResult {
    /// A result with one call, which ended as the outcome says.
    static func sample(
        _ test: TestID, _ outcome: TestOutcome, category: ErrorCategory? = nil, attempt: Int = 1,
        retryAfterSeconds: Double? = nil, latencyMs: Double = 600
    ) -> TestResult {
        let category = category ?? (outcome == .error ? .throttledRequests : nil)
        let ending: CallRecord.Ending = outcome == .noAnswer ? .empty : category == nil ? .answered : .failed
        return TestResult(
            test: test, outcome: outcome, explanation: "because of \(outcome.rawValue)",
            error: category.map {
                TestError(category: $0, code: "Sample", message: "sample", retryAfterSeconds: retryAfterSeconds)
            },
            attempt: attempt,
            calls: [
                CallRecord(
                    ending: ending, isStreamed: false, latencyMs: latencyMs, inputTokens: 20, outputTokens: 10,
                    errorCategory: category)
            ], startedAt: .sample, finishedAt: .sample.addingTimeInterval(Double(attempt)))
    }
}
