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

    init(_ detail: CertificationDetail) {
        certification = CertificationBody(detail.record)
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
    /// Absent when the attempt ended without a verdict.
    var metrics: MetricsBody?
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
        reasonCode = run.reasonCode
        reason = run.reason
        startedAt = run.startedAt
        finishedAt = run.finishedAt
    }
}

/// What one attempt measured. Times are milliseconds; rates are 0–1 and absent where nothing counts for them.
struct MetricsBody: Sendable, Encodable {
    var passed: Int
    var failed: Int
    var noAnswer: Int
    var errors: Int
    var graderErrors: Int
    var skipped: Int
    var successRate: Double?
    var retries: Int
    var calls: Int
    var errorRate: Double?
    var throttleRate: Double?
    var latency: DistributionBody
    /// Time to first token.
    var ttft: DistributionBody
    var inputTokens: Int
    var outputTokens: Int
    var outputTokensPerSecond: Double?

    init(_ metrics: Metrics) {
        passed = metrics.passed
        failed = metrics.failed
        noAnswer = metrics.noAnswer
        errors = metrics.errors
        graderErrors = metrics.graderErrors
        skipped = metrics.skipped
        successRate = metrics.successRate
        retries = metrics.retries
        calls = metrics.calls
        errorRate = metrics.errorRate
        throttleRate = metrics.throttleRate
        latency = DistributionBody(metrics.latency)
        ttft = DistributionBody(metrics.ttft)
        inputTokens = metrics.inputTokens
        outputTokens = metrics.outputTokens
        outputTokensPerSecond = metrics.outputTokensPerSecond
    }
}

/// A sample of times with the percentiles that its size allows.
struct DistributionBody: Sendable, Encodable {
    struct Percentile: Sendable, Encodable {
        var milliseconds: Double
        /// Whether the sample is large enough to trust the value.
        var isReliable: Bool
    }

    var count: Int
    var meanMs: Double?
    var p50: Percentile?
    var p95: Percentile?

    init(_ distribution: Distribution) {
        count = distribution.count
        meanMs = distribution.meanMs
        p50 = distribution.p50.map { Percentile(milliseconds: $0.milliseconds, isReliable: $0.isReliable) }
        p95 = distribution.p95.map { Percentile(milliseconds: $0.milliseconds, isReliable: $0.isReliable) }
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
        case test, outcome, explanation, attempt, latencyMs, ttftMs, calls, inputTokens, outputTokens, cost, error,
            excerpt
        case capabilities
        case providerRequestIDs = "providerRequestIds"
        case startedAt, finishedAt
    }
}
