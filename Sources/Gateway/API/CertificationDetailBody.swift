import Certification
import CertificationStore
import Contracts
import Foundation

/// A certification with everything that decided it: the fields of `CertificationBody`, its runs and its tests.
struct CertificationDetailBody: Sendable, Encodable {
    var certification: CertificationBody
    /// The attempts that ended, oldest first.
    var runs: [RunBody]
    /// Each test's result of each attempt, in the order in which they ended.
    var tests: [TestResultBody]
    /// What its calls are charged by; absent when nobody knows.
    var price: PriceBody?

    init(_ detail: CertificationDetail, now: Date) {
        certification = CertificationBody(detail.record, now: now)
        runs = detail.runs.map(RunBody.init)
        tests = detail.results.map(TestResultBody.init)
        price = detail.record.price.map(PriceBody.init)
    }

    enum CodingKeys: String, CodingKey {
        case runs, tests, price
    }

    func encode(to encoder: any Encoder) throws {
        try certification.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(runs, forKey: .runs)
        try container.encode(tests, forKey: .tests)
        try container.encodeIfPresent(price, forKey: .price)
    }
}

/// One attempt that ended.
struct RunBody: Sendable, Encodable {
    var id: String
    /// From 1.
    var attempt: Int
    /// A terminal status, or `RETRYING` when another attempt followed.
    var status: CertificationStatus
    var suite: String
    var suiteVersion: Int
    var softwareVersion: String
    /// Which version of the rubric rated it; absent when the attempt ended without a verdict.
    var rubricVersion: Int?
    /// This and what follows to `findings`: absent when the attempt ended without a verdict.
    var metrics: MetricsBody?
    var coverage: CoverageBody?
    /// Absent where the rubric does not weigh dimensions, too.
    var quality: QualityBody?
    /// Declared and observed; absent in old verdicts, too.
    var capabilities: [CapabilityBody]?
    /// The tests that tell most about why, at most three.
    var topFailures: [FailureBody]?
    /// Absent when there are none, too.
    var findings: [FindingBody]?
    var reasonCode: String?
    var reason: String?
    var startedAt: Date
    var finishedAt: Date

    init(_ run: RunRecord) {
        id = run.id.description
        attempt = run.attempt
        status = run.status
        suite = run.suite.rawValue
        suiteVersion = run.suiteVersion
        softwareVersion = run.softwareVersion
        rubricVersion = run.verdict?.rubricVersion
        metrics = run.verdict.map { MetricsBody($0.metrics) }
        coverage = run.verdict.map { CoverageBody($0.coverage) }
        quality = run.verdict?.quality.map(QualityBody.init)
        capabilities = run.verdict?.capabilities?.entries.map(CapabilityBody.init)
        topFailures = run.verdict?.topFailures.map(FailureBody.init)
        findings = run.verdict?.findings?.map(FindingBody.init)
        reasonCode = run.reasonCode
        reason = run.reason
        startedAt = run.startedAt
        finishedAt = run.finishedAt
    }
}

/// How one test of one attempt ended, with the evidence.
struct TestResultBody: Sendable, Encodable {
    struct ErrorBody: Sendable, Encodable {
        var category: ErrorCategory
        /// The provider's own code.
        var code: String
        /// The provider's own words.
        var message: String
        var httpStatus: Int?
    }

    var test: String
    var outcome: TestOutcome
    var explanation: String
    var attempt: Int
    /// Of all calls together, waits between them excluded.
    var latencyMs: Double
    var ttftMs: Double?
    var calls: Int
    var inputTokens: Int?
    var outputTokens: Int?
    /// Figures of the test's own.
    var measures: [String: Double]?
    /// Absent when nobody knows the price.
    var cost: TestCostBody?
    var error: ErrorBody?
    /// The beginning of the answer that decided.
    var excerpt: String?
    var capabilities: [Capability: Bool]
    /// The provider's request ids, to quote to its support.
    var providerRequestIDs: [String]
    var startedAt: Date
    var finishedAt: Date

    init(_ result: TestResult) {
        test = result.test.rawValue
        outcome = result.outcome
        explanation = result.explanation
        attempt = result.attempt
        latencyMs = result.latencyMs
        ttftMs = result.ttftMs
        calls = result.calls.count
        inputTokens = result.inputTokens
        outputTokens = result.outputTokens
        measures = result.measures
        cost = TestCostBody(result.calls)
        error = result.error.map {
            ErrorBody(category: $0.category, code: $0.code, message: $0.message, httpStatus: $0.httpStatus)
        }
        excerpt = result.excerpt
        capabilities = result.capabilities
        providerRequestIDs = result.requestIDs
        startedAt = result.startedAt
        finishedAt = result.finishedAt
    }

    enum CodingKeys: String, CodingKey {
        case test, outcome, explanation, attempt, latencyMs, ttftMs, calls, inputTokens, outputTokens, measures, cost,
            error
        case excerpt, capabilities
        case providerRequestIDs = "providerRequestIds"
        case startedAt, finishedAt
    }
}
