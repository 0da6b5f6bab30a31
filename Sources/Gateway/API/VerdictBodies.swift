import Certification
import Contracts

/// How much of the suite a verdict rests on.
struct CoverageBody: Sendable, Encodable {
    /// Tests whose outcome says something about the model.
    var judged: Int
    /// Tests that were not skipped.
    var applicable: Int
    var total: Int
    /// Tests that ran and decide nothing.
    var reported: Int?

    init(_ coverage: Verdict.Coverage) {
        judged = coverage.judged
        applicable = coverage.applicable
        total = coverage.total
        reported = coverage.reported
    }
}

/// How good the answers were, each dimension with its weight.
struct QualityBody: Sendable, Encodable {
    struct Part: Sendable, Encodable {
        var dimension: String
        var weight: Double
        var score: Double
        var passed: Int
        var judged: Int
    }

    var score: Double
    var interval: IntervalBody
    var dimensions: [Part]

    init(_ quality: QualityScore) {
        score = quality.score
        interval = IntervalBody(quality.interval)
        dimensions = quality.dimensions.map {
            Part(
                dimension: $0.dimension.rawValue, weight: $0.weight, score: $0.score, passed: $0.passed,
                judged: $0.judged)
        }
    }
}

/// What the model was declared to do, beside what it was seen to do.
struct CapabilityBody: Sendable, Encodable {
    var capability: String
    /// `works`, `broken`, `undeclared`, `absent` or `untested`.
    var finding: CapabilityMatrix.Finding

    init(_ entry: CapabilityMatrix.Entry) {
        capability = entry.capability.rawValue
        finding = entry.finding
    }
}

/// A test that did not pass.
struct FailureBody: Sendable, Encodable {
    var test: String
    var outcome: TestOutcome
    var explanation: String

    init(_ failure: Verdict.Failure) {
        test = failure.test.rawValue
        outcome = failure.outcome
        explanation = failure.explanation
    }
}

/// Something that a test found out beside its outcome.
struct FindingBody: Sendable, Encodable {
    var code: Verdict.Finding.Code
    var test: String
    var explanation: String

    init(_ finding: Verdict.Finding) {
        code = finding.code
        test = finding.test.rawValue
        explanation = finding.explanation
    }
}

/// How many measurements a median rests on, and whether they are enough to rely on it.
struct SampleBody: Sendable, Encodable {
    var count: Int
    var isReliable: Bool

    /// Nil where there is no median.
    init?(_ distribution: Distribution) {
        guard let median = distribution.p50 else { return nil }
        count = distribution.count
        isReliable = median.isReliable
    }
}

/// A verdict's figures in short, for a job's list. Times are milliseconds, rates 0–1; what was not measured is absent.
struct FiguresBody: Sendable, Encodable {
    var coverage: CoverageBody
    var quality: Double?
    var qualityInterval: IntervalBody?
    var successRate: Double?
    var successInterval: IntervalBody?
    var calls: Int
    /// Of the calls that were not throttled.
    var availability: Double?
    var throttleRate: Double?
    /// Errors that have no category yet.
    var unknownErrors: Int?
    var latencyP50Ms: Double?
    var latencySample: SampleBody?
    var ttftP50Ms: Double?
    var ttftSample: SampleBody?
    var outputTokensPerSecond: Double?
    var throughputSample: SampleBody?
    var serviceLevel: ServiceLevelBody?
    /// US dollars, exact.
    var costUSD: String?
    var capabilities: [CapabilityBody]
    var topFailures: [FailureBody]
    /// Absent when there are none.
    var findings: [FindingBody]?

    init(_ verdict: Verdict) {
        let metrics = verdict.metrics
        coverage = CoverageBody(verdict.coverage)
        quality = verdict.quality?.score
        qualityInterval = verdict.quality.map { IntervalBody($0.interval) }
        successRate = metrics.successRate
        successInterval = metrics.successInterval.map(IntervalBody.init)
        calls = metrics.calls
        availability = metrics.availability
        throttleRate = metrics.throttleRate
        unknownErrors = metrics.errorCounts?[.unknown]
        latencyP50Ms = metrics.latency.p50?.milliseconds
        latencySample = SampleBody(metrics.latency)
        ttftP50Ms = metrics.ttft.p50?.milliseconds
        ttftSample = SampleBody(metrics.ttft)
        outputTokensPerSecond = metrics.outputTokensPerSecond
        throughputSample = metrics.tpot.flatMap(SampleBody.init)
        serviceLevel = metrics.serviceLevel.map(ServiceLevelBody.init)
        costUSD = metrics.cost?.total.decimal
        capabilities = verdict.capabilities?.entries.map(CapabilityBody.init) ?? []
        topFailures = verdict.topFailures.map(FailureBody.init)
        findings = verdict.findings?.map(FindingBody.init)
    }

    enum CodingKeys: String, CodingKey {
        case coverage, quality, qualityInterval, successRate, successInterval, calls, availability, throttleRate
        case unknownErrors, latencyP50Ms, latencySample, ttftP50Ms, ttftSample, outputTokensPerSecond
        case throughputSample, serviceLevel
        case costUSD = "costUsd"
        case capabilities, topFailures, findings
    }
}
