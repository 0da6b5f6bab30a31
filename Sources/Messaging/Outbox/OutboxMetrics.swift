import Metrics

/// What the relay counts and measures.
struct OutboxMetrics: Sendable {
    private let published: Counter
    private let returned: Counter
    private let nacked: Counter
    private let due: Gauge
    private let oldestDueAge: Gauge

    init(factory: any MetricsFactory) {
        published = Counter(label: "outbox_published_total", factory: factory)
        returned = Counter(label: "outbox_returned_total", factory: factory)
        nacked = Counter(label: "outbox_nacked_total", factory: factory)
        due = Gauge(label: "outbox_due", factory: factory)
        oldestDueAge = Gauge(label: "outbox_oldest_due_age_seconds", factory: factory)
    }

    func count(_ tally: OutcomeTally) {
        published.increment(by: tally.confirmed)
        returned.increment(by: tally.returned)
        nacked.increment(by: tally.nacked)
    }

    func record(_ lag: OutboxLag) {
        due.record(lag.due)
        oldestDueAge.record(lag.oldestDueAge / .seconds(1))
    }
}

/// How many messages of a batch had which outcome.
struct OutcomeTally: Sendable, Hashable {
    private(set) var confirmed = 0
    private(set) var returned = 0
    private(set) var nacked = 0
    private(set) var lost = 0

    init(_ outcomes: some Sequence<PublishOutcome>) {
        for outcome in outcomes {
            switch outcome {
            case .confirmed: confirmed += 1
            case .returned: returned += 1
            case .nacked: nacked += 1
            case .connectionLost: lost += 1
            }
        }
    }
}
