import CoreMetrics
import ServiceRuntime
import Testing

@Suite("Metrics in Prometheus's text format")
struct PrometheusRegistryTests {
    @Test("A counter has its help, its type and a sample for each set of labels")
    func counters() {
        let registry = PrometheusRegistry(helpTexts: ["jobs_total": "Jobs that were accepted."])
        registry.makeCounter(label: "jobs.total", dimensions: [("lane", "high")]).increment(by: 2)
        registry.makeCounter(label: "jobs.total", dimensions: [("lane", "bulk")]).increment(by: 1)
        registry.makeCounter(label: "jobs.total", dimensions: [("lane", "high")]).increment(by: 1)
        #expect(
            registry.exposition() == """
                # HELP jobs_total Jobs that were accepted.
                # TYPE jobs_total counter
                jobs_total{lane="bulk"} 1.0
                jobs_total{lane="high"} 3.0

                """)
    }

    @Test("A timer is a histogram in seconds whose buckets are cumulative and end in all")
    func histograms() {
        let registry = PrometheusRegistry()
        let timer = registry.makeTimer(label: "call_duration_seconds", dimensions: [])
        timer.recordNanoseconds(20_000_000)
        timer.recordNanoseconds(3_000_000_000)
        timer.recordNanoseconds(1_000_000_000_000)
        let text = registry.exposition()
        #expect(text.contains("call_duration_seconds_bucket{le=\"0.01\"} 0\n"))
        #expect(text.contains("call_duration_seconds_bucket{le=\"0.025\"} 1\n"))
        #expect(text.contains("call_duration_seconds_bucket{le=\"320.0\"} 2\n"))
        #expect(text.contains("call_duration_seconds_bucket{le=\"+Inf\"} 3\n"))
        #expect(text.contains("call_duration_seconds_count 3\n"))
        #expect(text.contains("call_duration_seconds_sum 1003.02\n"))
    }

    @Test("A gauge is what it was last set to")
    func gauges() {
        let registry = PrometheusRegistry()
        let meter = registry.makeMeter(label: "outbox_due", dimensions: [])
        meter.set(Int64(5))
        meter.increment(by: 2)
        meter.decrement(by: 3)
        #expect(registry.exposition().contains("# TYPE outbox_due gauge\noutbox_due 4.0\n"))
    }

    @Test("A label's value cannot end the line or the quotes")
    func escaping() {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "x_total", dimensions: [("k", "a\"b\\c\nd")]).increment(by: 1)
        #expect(registry.exposition().contains(#"x_total{k="a\"b\\c\nd"} 1.0"#))
    }
}
