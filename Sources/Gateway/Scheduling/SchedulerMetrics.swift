import Metrics

/// What the scheduler counts.
struct SchedulerMetrics: Sendable {
    /// A sentence for each metric.
    static let help = [
        "schedules_missed_total":
            "Times at which schedules fell due and nothing was done: no gateway ran, or the outbox was full.",
        "schedules_fired_total": "Times at which schedules fell due and were kept, by status.",
        "schedule_lag_seconds": "How long ago the most overdue schedule fell due; 0 when none is.",
    ]

    private let factory: any MetricsFactory
    private let missed: Counter
    private let lag: Gauge

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        missed = Counter(label: "schedules_missed_total", factory: factory)
        missed.increment(by: 0)
        lag = Gauge(label: "schedule_lag_seconds", factory: factory)
        lag.record(0)
    }

    func record(missed number: Int) {
        missed.increment(by: Int64(number))
    }

    func recordFiring(status: String) {
        Counter(label: "schedules_fired_total", dimensions: [("status", status.lowercased())], factory: factory)
            .increment()
    }

    /// In seconds; what is still to come is no lag.
    func record(lag seconds: Double) {
        lag.record(max(0, seconds))
    }
}
