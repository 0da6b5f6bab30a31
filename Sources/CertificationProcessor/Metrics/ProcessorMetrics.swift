import Certification
import CertificationStore
import Contracts
import Metrics
import Synchronization

/// What the processor counts. Labels are fixed short names, never ids.
final class ProcessorMetrics: Sendable {
    private let factory: any MetricsFactory
    private let running: LevelGauge
    private let suspects: LevelGauge
    private let leases: Gauge

    /// A sentence for each metric.
    static let helpTexts = [
        "certification_verdicts_total": "Certifications that ended, by status.",
        "certification_duration_seconds": "How long attempts took.",
        "certification_attempts_total": "Attempts that ended, by result.",
        "certification_tests_total": "Tests that were run, by outcome.",
        "certification_provider_errors_total": "Calls to models that brought no answer, by category.",
        "certification_errors_total": "Tests whose outcome an error decided, by category.",
        "certification_deferrals_total": "Requests that were put off because of a limit or an open circuit.",
        "downstream_limit_factor": "The share of its quota that a model in a region is used with, 0.0625 to 1.",
        "circuit_breaker_open": "1 while a circuit is open or half open, else 0.",
        "certifications_running": "Certifications that run in this process now.",
        "certification_leases_held": "Leases that this process renews.",
        "certification_suspects_running": "Certifications that run here now and over which two workers died before.",
        "certification_worker_deaths_total": "Deaths of workers that this process found and counted.",
        "certification_cost_dollars_total":
            "What calls cost in US dollars, by whether the provider reported the usage.",
        "certification_tokens_total": "Tokens of calls to models, by direction.",
        "certification_budget_stops_total": "Calls that a job's budget kept from being made.",
    ]

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        running = LevelGauge(Gauge(label: "certifications_running", factory: factory))
        suspects = LevelGauge(Gauge(label: "certification_suspects_running", factory: factory))
        leases = Gauge(label: "certification_leases_held", factory: factory)
        leases.record(0)
        // Prometheus sees a counter grow only from the first value that it has seen.
        Counter(
            label: "certification_errors_total", dimensions: [("category", ErrorCategory.unknown.rawValue)],
            factory: factory
        ).increment(by: 0)
    }

    func whileRunning<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        try await running.raised(body)
    }

    func whileSuspectRuns<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        try await suspects.raised(body)
    }

    func recordLeases(_ number: Int) {
        leases.record(number)
    }

    func countDeath() {
        Counter(label: "certification_worker_deaths_total", factory: factory).increment()
    }

    func recordAttempt(_ end: AttemptEnd, took duration: Duration) {
        count("certification_attempts_total", "result", end.name)
        let timer = Timer(label: "certification_duration_seconds", factory: factory)
        timer.recordNanoseconds(Int64(duration / .nanoseconds(1)))
    }

    func recordStatus(_ status: CertificationStatus) {
        guard status.isTerminal else { return }
        count("certification_verdicts_total", "status", status.rawValue)
    }

    func record(_ result: TestResult) {
        count("certification_tests_total", "outcome", result.outcome.rawValue)
        if let error = result.error { count("certification_errors_total", "category", error.category.rawValue) }
        for call in result.calls where call.ending == .failed {
            count("certification_provider_errors_total", "category", (call.errorCategory ?? .unknown).rawValue)
        }
    }

    func record(_ spending: Spending) {
        let isEstimated = spending.estimatedAmount > .zero
        FloatingPointCounter(
            label: "certification_cost_dollars_total", dimensions: [("basis", isEstimated ? "estimated" : "reported")],
            factory: factory
        ).increment(by: Double(spending.amount.nanoDollars) / 1_000_000_000)
        for (direction, tokens) in [("input", spending.inputTokens), ("output", spending.outputTokens)] {
            Counter(label: "certification_tokens_total", dimensions: [("direction", direction)], factory: factory)
                .increment(by: tokens)
        }
    }

    func recordBudgetStop() {
        Counter(label: "certification_budget_stops_total", factory: factory).increment()
    }

    func recordDeferral() {
        Counter(label: "certification_deferrals_total", factory: factory).increment()
    }

    /// Models are a label here, because there are only as many as the registry has.
    func record(_ limits: LimitSnapshot) {
        for use in limits.downstreams {
            let dimensions = [
                ("provider", use.downstream.provider.rawValue), ("region", use.downstream.region.rawValue),
                ("model", use.downstream.model.rawValue),
            ]
            Gauge(label: "downstream_limit_factor", dimensions: dimensions, factory: factory).record(use.factor)
        }
        for breaker in limits.breakers {
            let dimensions = [
                ("provider", breaker.provider.rawValue), ("region", breaker.region.rawValue),
                ("class", breaker.errorClass.rawValue),
            ]
            Gauge(label: "circuit_breaker_open", dimensions: dimensions, factory: factory)
                .record(breaker.phase == .closed ? 0 : 1)
        }
    }

    private func count(_ label: String, _ dimension: String, _ value: String) {
        Counter(label: label, dimensions: [(dimension, value)], factory: factory).increment()
    }
}

/// How much of something goes on at once.
private final class LevelGauge: Sendable {
    private let level = Mutex(0)
    private let gauge: Gauge

    init(_ gauge: Gauge) {
        self.gauge = gauge
        gauge.record(0)
    }

    func raised<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        change(by: 1)
        defer { change(by: -1) }
        return try await body()
    }

    private func change(by change: Int) {
        // Recorded under the lock, so that of two changes the later one is what stays.
        level.withLock { level in
            level += change
            gauge.record(level)
        }
    }
}

extension AttemptEnd {
    /// A fixed short name.
    fileprivate var name: String {
        switch self {
        case .ended(.verdict): "verdict"
        case .ended(.retry): "retry"
        case .ended(.cancelled): "cancelled"
        case .leaseLost: "lease-lost"
        case .leaseExpired: "lease-expired"
        case .brokenOff: "broken-off"
        }
    }
}
