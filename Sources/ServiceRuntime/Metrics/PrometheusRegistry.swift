package import CoreMetrics
import Synchronization

/// Keeps a process's metrics and writes them in Prometheus's text format.
///
/// A small back end of our own behind swift-metrics, because no Prometheus back end is in the package set at hand;
/// another one replaces it in the line that bootstraps `MetricsSystem`.
package final class PrometheusRegistry: MetricsFactory {
    /// Upper bounds in seconds; the long ones are for calls to models.
    package static let defaultBuckets: [Double] = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 320,
    ]

    private let families = Mutex<[String: MetricFamily]>([:])
    private let helpTexts: [String: String]

    /// - Parameter helpTexts: a sentence for each metric name that has one.
    package init(helpTexts: [String: String] = [:]) {
        self.helpTexts = helpTexts
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        cell(.counter, label, dimensions)
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        cell(.counter, label, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        cell(.gauge, label, dimensions)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        cell(aggregate ? .histogram : .gauge, label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        cell(.histogram, label, dimensions)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// All metrics in the text format 0.0.4, families and samples in a stable order.
    package func exposition() -> String {
        let snapshot = families.withLock { $0 }
        var text = ""
        for (name, family) in snapshot.sorted(by: { $0.key < $1.key }) {
            text += "# HELP \(name) \(Self.escaped(helpTexts[name] ?? Self.words(of: name), quotes: false))\n"
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, cell) in family.cells.sorted(by: { $0.key < $1.key }) {
                text += cell.samples(name: name, labels: labels)
            }
        }
        return text
    }

    private func cell(_ kind: MetricFamily.Kind, _ label: String, _ dimensions: [(String, String)]) -> MetricCell {
        let name = Self.sanitised(label)
        let labels = dimensions.map { "\(Self.sanitised($0.0))=\"\(Self.escaped($0.1, quotes: true))\"" }
            .joined(separator: ",")
        return families.withLock { families in
            var family = families[name] ?? MetricFamily(kind: kind)
            if let existing = family.cells[labels] { return existing }
            let cell = MetricCell(kind: family.kind, buckets: Self.defaultBuckets)
            family.cells[labels] = cell
            families[name] = family
            return cell
        }
    }

    private static func sanitised(_ name: String) -> String {
        let text = String(
            name.unicodeScalars.map { scalar in
                let isAllowed =
                    scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                    || ("0"..."9").contains(scalar)
                return isAllowed ? Character(scalar) : "_"
            })
        return text.first?.isNumber == true ? "_" + text : text
    }

    private static func escaped(_ value: String, quotes: Bool) -> String {
        let text = value.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return quotes ? text.replacing("\"", with: "\\\"") : text
    }

    private static func words(of name: String) -> String {
        name.replacing("_", with: " ")
    }
}

private struct MetricFamily: Sendable {
    enum Kind: String, Sendable { case counter, gauge, histogram }

    let kind: Kind
    /// By the labels as they are written between the braces.
    var cells: [String: MetricCell] = [:]
}

/// One time series, or for a histogram its whole set.
private final class MetricCell: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler,
    TimerHandler
{
    private struct State {
        var value = 0.0
        var count: UInt64 = 0
        var counts: [UInt64]
    }

    private let kind: MetricFamily.Kind
    private let buckets: [Double]
    private let state: Mutex<State>

    init(kind: MetricFamily.Kind, buckets: [Double]) {
        self.kind = kind
        self.buckets = buckets
        state = Mutex(State(counts: Array(repeating: 0, count: kind == .histogram ? buckets.count : 0)))
    }

    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func reset() { state.withLock { $0.value = 0 } }
    func set(_ value: Int64) { state.withLock { $0.value = Double(value) } }
    func set(_ value: Double) { state.withLock { $0.value = value } }
    func record(_ value: Int64) { observe(Double(value)) }
    func record(_ value: Double) { observe(value) }
    func recordNanoseconds(_ duration: Int64) { observe(Double(duration) / 1_000_000_000) }

    func samples(name: String, labels: String) -> String {
        let state = self.state.withLock { $0 }
        guard kind == .histogram else { return "\(name)\(Self.braces(labels)) \(state.value)\n" }
        let prefix = labels.isEmpty ? "" : labels + ","
        var text = ""
        var cumulative: UInt64 = 0
        for (bound, count) in zip(buckets, state.counts) {
            cumulative += count
            text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(cumulative)\n"
        }
        text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(state.count)\n"
        text += "\(name)_sum\(Self.braces(labels)) \(state.value)\n"
        text += "\(name)_count\(Self.braces(labels)) \(state.count)\n"
        return text
    }

    private func add(_ amount: Double) {
        state.withLock { $0.value += amount }
    }

    private func observe(_ value: Double) {
        state.withLock { state in
            guard kind == .histogram else {
                state.value = value
                return
            }
            state.value += value
            state.count += 1
            if let index = buckets.firstIndex(where: { value <= $0 }) { state.counts[index] += 1 }
        }
    }

    private static func braces(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }
}
