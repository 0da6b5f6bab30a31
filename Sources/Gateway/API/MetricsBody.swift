import Certification
import Contracts
import Foundation

/// What one attempt measured. Times are milliseconds; rates are 0–1 and absent where nothing counts for them. What was not
/// measured is absent.
struct MetricsBody: Sendable, Encodable {
    struct Window: Sendable, Encodable {
        var from: Date
        var to: Date
    }

    struct Throughput: Sendable, Encodable {
        var concurrency: Int
        var calls: Int
        var throttled: Int
        var meanLatencyMs: Double?
        var tokensPerSecond: Double?
    }

    struct Cost: Sendable, Encodable {
        /// US dollars, exact.
        var totalUSD: String
        var byTestUSD: [String: String]
        /// Calls whose price is a guess, because the provider reported no usage.
        var estimatedCalls: Int
        /// Calls that nobody priced.
        var unpricedCalls: Int

        enum CodingKeys: String, CodingKey {
            case totalUSD = "totalUsd"
            case byTestUSD = "byTestUsd"
            case estimatedCalls, unpricedCalls
        }
    }

    var passed: Int
    var failed: Int
    var noAnswer: Int
    var errors: Int
    var graderErrors: Int
    var skipped: Int
    /// Tests that decide nothing.
    var reported: Int?
    var successRate: Double?
    var successInterval: IntervalBody?
    var retries: Int
    var calls: Int
    /// Of the calls that were not throttled.
    var availability: Double?
    var availabilityInterval: IntervalBody?
    var errorRate: Double?
    var throttleRate: Double?
    var throttleInterval: IntervalBody?
    /// By category; `UNKNOWN` is always there.
    var errorCounts: [String: Int]?
    var latency: DistributionBody
    /// Time to first token of any kind.
    var ttft: DistributionBody
    /// Time to the first visible text.
    var visibleTtft: DistributionBody?
    /// Time per output token.
    var tpot: DistributionBody?
    var connect: DistributionBody?
    /// Latency without connecting.
    var modelTime: DistributionBody?
    var server: DistributionBody?
    var timeToSuccess: DistributionBody?
    /// Latency samples that were answered partly from the provider's cache.
    var cachedSamples: Int?
    var inputTokens: Int
    var outputTokens: Int
    var reasoningTokens: Int?
    var cacheReadTokens: Int?
    var outputTokensPerSecond: Double?
    var systemTokensPerSecond: Double?
    var throughput: [Throughput]?
    var serviceLevel: ServiceLevelBody?
    var cost: Cost?
    var window: Window?

    init(_ metrics: Metrics) {
        passed = metrics.passed
        failed = metrics.failed
        noAnswer = metrics.noAnswer
        errors = metrics.errors
        graderErrors = metrics.graderErrors
        skipped = metrics.skipped
        reported = metrics.reported
        successRate = metrics.successRate
        successInterval = metrics.successInterval.map(IntervalBody.init)
        retries = metrics.retries
        calls = metrics.calls
        availability = metrics.availability
        availabilityInterval = metrics.availabilityInterval.map(IntervalBody.init)
        errorRate = metrics.errorRate
        throttleRate = metrics.throttleRate
        throttleInterval = metrics.throttleInterval.map(IntervalBody.init)
        errorCounts = metrics.errorCounts?.byName
        latency = DistributionBody(metrics.latency)
        ttft = DistributionBody(metrics.ttft)
        inputTokens = metrics.inputTokens
        outputTokens = metrics.outputTokens
        outputTokensPerSecond = metrics.outputTokensPerSecond
        addTimes(metrics)
        addSums(metrics)
    }

    private mutating func addTimes(_ metrics: Metrics) {
        visibleTtft = metrics.visibleTtft.map(DistributionBody.init)
        tpot = metrics.tpot.map(DistributionBody.init)
        connect = metrics.connect.map(DistributionBody.init)
        modelTime = metrics.modelTime.map(DistributionBody.init)
        server = metrics.server.map(DistributionBody.init)
        timeToSuccess = metrics.timeToSuccess.map(DistributionBody.init)
        cachedSamples = metrics.cachedSamples
        window = metrics.window.map { Window(from: $0.from, to: $0.to) }
    }

    private mutating func addSums(_ metrics: Metrics) {
        reasoningTokens = metrics.reasoningTokens
        cacheReadTokens = metrics.cacheReadTokens
        systemTokensPerSecond = metrics.systemTokensPerSecond
        throughput = metrics.throughput?.map {
            Throughput(
                concurrency: $0.concurrency, calls: $0.calls, throttled: $0.throttled, meanLatencyMs: $0.meanLatencyMs,
                tokensPerSecond: $0.tokensPerSecond)
        }
        serviceLevel = metrics.serviceLevel.map(ServiceLevelBody.init)
        cost = metrics.cost.map { cost in
            Cost(
                totalUSD: cost.total.decimal,
                byTestUSD: Dictionary(
                    cost.byTest.map { ($0.key.rawValue, $0.value.decimal) }, uniquingKeysWith: { first, _ in first }),
                estimatedCalls: cost.estimatedCalls, unpricedCalls: cost.unpricedCalls)
        }
    }
}

/// Where a rate lies with 95 % confidence, by Wilson's interval.
struct IntervalBody: Sendable, Encodable {
    var lower: Double
    var upper: Double

    init(_ interval: ConfidenceInterval) {
        lower = interval.lower
        upper = interval.upper
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
    var p90: Percentile?
    var p95: Percentile?

    init(_ distribution: Distribution) {
        count = distribution.count
        meanMs = distribution.meanMs
        p50 = distribution.p50.map { Percentile(milliseconds: $0.milliseconds, isReliable: $0.isReliable) }
        p90 = distribution.p90.map { Percentile(milliseconds: $0.milliseconds, isReliable: $0.isReliable) }
        p95 = distribution.p95.map { Percentile(milliseconds: $0.milliseconds, isReliable: $0.isReliable) }
    }
}

/// How a target stands to the service levels of its class.
struct ServiceLevelBody: Sendable, Encodable {
    struct Figure: Sendable, Encodable {
        /// `ttft`, `visibleTtft`, `tpot` or `latency`.
        var name: ServiceLevelReport.Figure.Name
        var limitMs: Double
        var medianMs: Double
        var count: Int
        /// Whether only later tries brought samples.
        var isFromRetries: Bool
    }

    var serviceClass: ServiceClass
    /// Why the target belongs to its class.
    var source: ServiceLevelReport.Source
    var figures: [Figure]
    /// Requests that kept all limits, of `requests`.
    var met: Int
    var requests: Int
    var share: Double?
    var goodputPerSecond: Double?

    init(_ report: ServiceLevelReport) {
        serviceClass = report.serviceClass
        source = report.source
        figures = report.figures.map {
            Figure(
                name: $0.name, limitMs: $0.limitMs, medianMs: $0.medianMs, count: $0.count,
                isFromRetries: $0.isFromRetries)
        }
        met = report.met
        requests = report.requests
        share = report.share
        goodputPerSecond = report.goodputPerSecond
    }
}
