import CertificationStore
import Messaging
import Metrics
import Synchronization

/// What is counted of dead letters and their replays.
final class DeadLetterMetrics: Sendable {
    /// The help texts of `/metrics`.
    static let help = [
        "dead_letters_open": "Dead letters that wait for somebody.",
        "dead_letters_stored_total": "Dead letters stored.",
        "dead_letter_replays_total": "Replayed dead letters by outcome.",
    ]

    private let factory: any MetricsFactory
    private let known: Set<String>
    /// Every cause that was reported once, so that it is reported as zero when its last letter is closed.
    private let reported = Mutex<Set<String>>([])

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        self.factory = factory
        known = Set(DeadLetterCause.Name.allCases.map(\.rawValue))
            .union(["expired", "delivery-limit", "maxlen", "unknown"])
    }

    func count(_ burial: Burial) {
        for (cause, count) in burial.stored {
            Counter(label: "dead_letters_stored_total", dimensions: [("cause", label(cause))], factory: factory)
                .increment(by: count)
        }
    }

    func count(_ outcomes: [ReplayItemState: Int]) {
        for (state, count) in outcomes where count > 0 {
            Counter(
                label: "dead_letter_replays_total", dimensions: [("outcome", state.rawValue.lowercased())],
                factory: factory
            ).increment(by: count)
        }
    }

    func recordOpen(_ counts: [String: Int]) {
        var open = Dictionary(reported.withLock { $0 }.map { ($0, 0) }, uniquingKeysWith: +)
        for (cause, count) in counts { open[label(cause), default: 0] += count }
        reported.withLock { [open] in $0.formUnion(open.keys) }
        for (cause, count) in open {
            Gauge(label: "dead_letters_open", dimensions: [("cause", cause)], factory: factory).record(count)
        }
    }

    /// A stranger may write any cause; labels must stay few.
    private func label(_ cause: String) -> String { known.contains(cause) ? cause : "other" }
}
