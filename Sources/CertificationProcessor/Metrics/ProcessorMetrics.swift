import Certification
import Contracts
import Metrics
import Synchronization

/// What the processor counts. Labels are fixed short names, never ids.
final class ProcessorMetrics: Sendable {
    private let factory: any MetricsFactory
    private let running = Mutex(0)
    private let runningGauge: Gauge

    /// A sentence for each metric.
    static let helpTexts = [
        "certification_verdicts_total": "Certifications that ended, by status.",
        "certification_duration_seconds": "How long attempts took.",
        "certification_attempts_total": "Attempts that ended, by result.",
        "certification_tests_total": "Tests that were run, by outcome.",
        "certification_provider_errors_total": "Calls to models that brought no answer, by category.",
        "certifications_running": "Certifications that run in this process now.",
    ]

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        runningGauge = Gauge(label: "certifications_running", factory: factory)
        runningGauge.record(0)
    }

    func whileRunning<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
        changeRunning(by: 1)
        defer { changeRunning(by: -1) }
        return try await body()
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
        for call in result.calls where call.ending == .failed {
            count("certification_provider_errors_total", "category", (call.errorCategory ?? .unknown).rawValue)
        }
    }

    private func count(_ label: String, _ dimension: String, _ value: String) {
        Counter(label: label, dimensions: [(dimension, value)], factory: factory).increment()
    }

    private func changeRunning(by change: Int) {
        // Recorded under the lock, so that of two changes the later one is what stays.
        running.withLock { running in
            running += change
            runningGauge.record(running)
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
