import Metrics

/// What the notifier counts and measures.
struct NotifierMetrics: Sendable {
    /// A sentence for each of the metrics.
    static let help = [
        "notifier_notifications_sent_total": "Notifications that the mail server took.",
        "notifier_notifications_failed_total": "Notifications given up, by reason.",
        "notifier_retry_attempts_total": "Attempts that failed and are followed by another, by reason.",
        "notifier_notification_duration_seconds": "Time from the event's receipt to the mail server's taking the mail.",
    ]

    private let factory: any MetricsFactory
    private let sent: Counter
    private let duration: Timer

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        sent = Counter(label: "notifier_notifications_sent_total", factory: factory)
        duration = Timer(
            label: "notifier_notification_duration_seconds", dimensions: [], preferredDisplayUnit: .seconds,
            factory: factory)
    }

    /// - Parameter age: since the event was received.
    func recordSent(after age: Duration) {
        sent.increment()
        duration.record(duration: max(.zero, age))
    }

    func countFailure(_ failure: DeliveryFailure) {
        Counter(
            label: "notifier_notifications_failed_total", dimensions: [("reason", failure.label)], factory: factory
        ).increment()
    }

    func countRetry(_ failure: DeliveryFailure) {
        Counter(
            label: "notifier_retry_attempts_total", dimensions: [("reason", failure.label)], factory: factory
        ).increment()
    }
}
