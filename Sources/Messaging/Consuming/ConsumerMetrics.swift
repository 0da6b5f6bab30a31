import Contracts
import Metrics

/// What a consumer counts and measures.
struct ConsumerMetrics: Sendable {
    /// How a delivery ended; the label `disposition`.
    enum Ending: String, CaseIterable {
        case done
        case scheduled
        case deadLettered = "dead_lettered"
        case requeued
        /// The channel was gone when it was to be settled.
        case lost
    }

    private let messages: [Ending: Counter]
    private let redelivered: Counter
    private let handleDuration: Timer
    private let ghosts: Counter
    private let paused: Gauge

    init(queue: QueueName, factory: any MetricsFactory) {
        let label = ("queue", queue.rawValue)
        messages = Dictionary(
            uniqueKeysWithValues: Ending.allCases.map { ending in
                let dimensions = [label, ("disposition", ending.rawValue)]
                return (ending, Counter(label: "consumer_messages_total", dimensions: dimensions, factory: factory))
            })
        redelivered = Counter(label: "consumer_redelivered_total", dimensions: [label], factory: factory)
        handleDuration = Timer(
            label: "consumer_handle_duration_seconds", dimensions: [label], preferredDisplayUnit: .seconds,
            factory: factory)
        ghosts = Counter(label: "consumer_ghosts_total", dimensions: [label], factory: factory)
        paused = Gauge(label: "consumer_paused", dimensions: [label], factory: factory)
        paused.record(0)
    }

    /// The broker had left the consumer without deliveries.
    func countGhost() {
        ghosts.increment()
    }

    func recordPause(_ isPaused: Bool) {
        paused.record(isPaused ? 1 : 0)
    }

    func count(_ ending: Ending) {
        messages[ending]?.increment()
    }

    func countRedelivery() {
        redelivered.increment()
    }

    func recordHandling(_ duration: Duration) {
        handleDuration.record(duration: duration)
    }
}
