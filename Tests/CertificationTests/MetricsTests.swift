import Certification
import Contracts
import Foundation
import Testing

@Suite("Metrics")
struct MetricsTests {
    @Test(
        "A percentile is given from its smallest sample on, and reliable from five times that",
        arguments: [
            (0, nil, nil), (1, nil, nil), (2, false, nil), (9, false, nil), (10, true, nil), (19, true, nil),
            (20, true, false), (99, true, false), (100, true, true),
        ] as [(Int, Bool?, Bool?)])
    func sampleSizes(count: Int, p50IsReliable: Bool?, p95IsReliable: Bool?) {
        let distribution = Distribution(milliseconds: (0..<count).map(Double.init))
        #expect(distribution.count == count)
        #expect(distribution.p50?.isReliable == p50IsReliable)
        #expect(distribution.p95?.isReliable == p95IsReliable)
        #expect((distribution.meanMs == nil) == (count == 0))
    }

    @Test("Percentiles are by the nearest rank, whatever the order")
    func percentiles() {
        let distribution = Distribution(milliseconds: (1...100).shuffled().map(Double.init))
        #expect(distribution.p50?.milliseconds == 50)
        #expect(distribution.p95?.milliseconds == 95)
        #expect(distribution.meanMs == 50.5)
        #expect(Distribution(milliseconds: [3, 1, 2]).p50?.milliseconds == 2)
        #expect(Distribution(milliseconds: [.nan, .infinity, 1]).count == 1)
    }

    @Test("Without any result there is nothing to divide by")
    func empty() {
        let metrics = Metrics(TestHistory(suite: .sample(count: 3), results: []))
        #expect(metrics.successRate == nil)
        #expect(metrics.errorRate == nil)
        #expect(metrics.throttleRate == nil)
        #expect(metrics.outputTokensPerSecond == nil)
    }

    @Test("Retries are counted, and only first tries are timed")
    func retries() {
        let results: [TestResult] = [
            .sample("t1", .error, attempt: 1),
            .sample("t1", .pass, attempt: 2, latencyMs: 9999),
            .sample("t2", .error, category: .cancelled, attempt: 1),
            .sample("t2", .pass, attempt: 2, latencyMs: 100),
            .sample("t3", .pass, attempt: 2, latencyMs: 200),
        ]
        let metrics = Metrics(TestHistory(suite: .sample(count: 3), results: results))
        #expect(metrics.retries == 1)
        #expect(metrics.passed == 3)
        #expect(metrics.errors == 0)
        #expect(metrics.latency.count == 2)
        #expect(metrics.latency.meanMs == 150)
    }

    @Test("Throttled calls are a rate of their own and no fault of the service")
    func rates() {
        let results: [TestResult] = [
            .sample("t1", .pass), .sample("t2", .error, category: .throttledTokens),
            .sample("t3", .error, category: .serviceInternal), .sample("t4", .error, category: .network),
        ]
        let metrics = Metrics(TestHistory(suite: .sample(count: 4), results: results))
        #expect(metrics.calls == 4)
        #expect(metrics.throttleRate == 0.25)
        #expect(metrics.errorRate == 0.5)
        #expect(metrics.successRate == 1)
    }

    @Test("What clients at once meet is in no rate")
    func ratesAlone() {
        var ramp = TestResult.sample("t2", .pass)
        for category: ErrorCategory in [.throttledRequests, .serviceUnavailable] {
            var call = CallRecord(ending: .failed, isStreamed: false, latencyMs: 1, errorCategory: category)
            call.concurrency = 8
            ramp.calls.append(call)
        }
        let metrics = Metrics(TestHistory(suite: .sample(count: 2), results: [.sample("t1", .pass), ramp]))
        #expect(metrics.calls == 4)
        #expect(metrics.throttleRate == 0)
        #expect(metrics.availability == 1)
        #expect(metrics.throughput?.first?.throttled == 1)
    }

    @Test("Empty answers and refusals are not timed")
    func onlyAnswersAreTimed() {
        var refused = TestResult.sample("t2", .pass)
        refused.calls[0].ending = .refused
        let results: [TestResult] = [.sample("t1", .noAnswer), refused, .sample("t3", .fail, latencyMs: 300)]
        let metrics = Metrics(TestHistory(suite: .sample(count: 3), results: results))
        #expect(metrics.latency.count == 1)
        #expect(metrics.latency.meanMs == 300)
        #expect(metrics.outputTokens == 30)
    }

    @Test("Output speed is tokens after the first over the time after the first")
    func outputSpeed() {
        var result = TestResult.sample("t1", .pass)
        result.calls = [
            CallRecord(ending: .answered, isStreamed: true, latencyMs: 1200, ttftMs: 200, outputTokens: 51),
            CallRecord(ending: .answered, isStreamed: true, latencyMs: 700, ttftMs: 200, outputTokens: 26),
            CallRecord(ending: .answered, isStreamed: true, latencyMs: 700, ttftMs: 200, outputTokens: 1),
            CallRecord(ending: .answered, isStreamed: false, latencyMs: 9000, outputTokens: 500),
        ]
        let metrics = Metrics(TestHistory(suite: .sample(count: 1), results: [result]))
        #expect(metrics.outputTokensPerSecond == 50)
        #expect(metrics.ttft.count == 3)
    }

    @Test("Results of tests that the suite does not hold are ignored")
    func foreignResults() {
        let metrics = Metrics(TestHistory(suite: .sample(count: 1), results: [.sample("old", .fail)]))
        #expect(metrics.failed == 0)
        #expect(metrics.calls == 0)
    }

    @Test("When two workers ran the same test, the first final result holds")
    func duplicates() {
        let results: [TestResult] = [.sample("t1", .fail, attempt: 2), .sample("t1", .pass, attempt: 1)]
        let history = TestHistory(suite: .sample(count: 1), results: results)
        #expect(history.latest(of: "t1")?.outcome == .pass)
    }
}
