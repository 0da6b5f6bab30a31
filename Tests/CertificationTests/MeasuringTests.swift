import Certification
import Contracts
import Foundation
import Testing

@Suite("What is measured beside latency")
struct MeasuringTests {
    private func call(
        latencyMs: Double = 1000, ttftMs: Double? = nil, tokens: Int? = nil,
        _ change: (inout CallRecord) -> Void = { _ in }
    ) -> CallRecord {
        var call = CallRecord(
            ending: .answered, isStreamed: ttftMs != nil, latencyMs: latencyMs, ttftMs: ttftMs, outputTokens: tokens)
        change(&call)
        return call
    }

    private func throttled(latencyMs: Double = 5) -> CallRecord {
        CallRecord(ending: .failed, isStreamed: false, latencyMs: latencyMs, errorCategory: .throttledRequests)
    }

    private func result(
        _ test: TestID, _ outcome: TestOutcome, attempt: Int = 1, from start: Double = 0, to end: Double = 1,
        _ calls: [CallRecord]
    ) -> TestResult {
        TestResult(
            test: test, outcome: outcome, explanation: "", attempt: attempt, calls: calls,
            startedAt: Date.sample.addingTimeInterval(start), finishedAt: Date.sample.addingTimeInterval(end))
    }

    private func result(
        _ test: TestID, attempt: Int = 1, from start: Double = 0, to end: Double = 1, _ calls: [CallRecord]
    ) -> TestResult {
        result(test, .pass, attempt: attempt, from: start, to: end, calls)
    }

    private func metrics(_ results: [TestResult]) -> Metrics {
        Metrics(TestHistory(suite: .sample(count: max(1, results.count)), results: results))
    }

    @Test("First chunk and first visible text have a distribution each")
    func firstTokens() {
        let calls = (1...4).map { number in
            call(ttftMs: Double(number) * 100) { $0.visibleTtftMs = Double(number) * 300 }
        }
        let metrics = metrics([result("t1", calls)])
        #expect(metrics.ttft.p50?.milliseconds == 200)
        #expect(metrics.visibleTtft?.p50?.milliseconds == 600)
        #expect(metrics.ttft.meanMs == 250)
        #expect(metrics.visibleTtft?.meanMs == 750)
    }

    /// (1200 − 200) / 50 = 20 and (700 − 200) / 25 = 20.
    @Test("Time per output token is (latency − first token) / (tokens − 1)")
    func timePerToken() {
        let metrics = metrics([
            result(
                "t1",
                [
                    call(latencyMs: 1200, ttftMs: 200, tokens: 51), call(latencyMs: 700, ttftMs: 200, tokens: 26),
                    call(latencyMs: 700, ttftMs: 200, tokens: 1), call(latencyMs: 9000, tokens: 500),
                ])
        ])
        #expect(metrics.tpot?.count == 2)
        #expect(metrics.tpot?.meanMs == 20)
        #expect(metrics.outputTokensPerSecond == 50)
    }

    /// 1000 tokens are thought before the first chunk, 11 come in 200 ms: 20 ms each, 50 a second.
    @Test("The tokens of a thought that was over when the first chunk came are in no time per token")
    func hiddenThought() {
        let hidden = call(latencyMs: 20_200, ttftMs: 20_000, tokens: 1_011) {
            ($0.visibleTtftMs, $0.reasoningTokens, $0.reasoning) = (20_000, 1_000, .hidden)
        }
        #expect(metrics([result("t1", [hidden])]).tpot?.meanMs == 20)
        #expect(metrics([result("t1", [hidden])]).outputTokensPerSecond == 50)
        // As older programs recorded it.
        var old = hidden
        old.reasoning = nil
        #expect(metrics([result("t1", [old])]).tpot?.meanMs == 20)
        // A thought that came in pieces is timed with the answer.
        let shown = call(latencyMs: 20_200, ttftMs: 0, tokens: 1_011) {
            ($0.visibleTtftMs, $0.reasoningTokens, $0.reasoning) = (20_000, 1_000, .shown)
        }
        #expect(metrics([result("t1", [shown])]).tpot?.meanMs == 20)
        // Nothing but the thought and a token.
        let terse = call(latencyMs: 20_200, ttftMs: 20_000, tokens: 1_001) {
            ($0.reasoningTokens, $0.reasoning) = (1_000, .hidden)
        }
        #expect(metrics([result("t1", [terse])]).tpot?.count == 0)
    }

    @Test("A request that was made before is not timed again: a cache may have its answer")
    func repeatedRequests() {
        let first = call(latencyMs: 900) { $0.requestDigest = "a" }
        let again = call(latencyMs: 3) { $0.requestDigest = "a" }
        let other = call(latencyMs: 700) { $0.requestDigest = "b" }
        let metrics = metrics([result("t1", [first, again, other, again]), result("t2", [again])])
        #expect(metrics.latency.count == 2)
        #expect(metrics.latency.meanMs == 800)
    }

    @Test("Connecting is apart from the model's time, and the server's own time is kept")
    func connecting() {
        let metrics = metrics([
            result(
                "t1",
                [
                    call(latencyMs: 900) { ($0.connectMs, $0.serverMs) = (100, 700) },
                    call(latencyMs: 700) { ($0.connectMs, $0.serverMs) = (0, 600) }, call(),
                ])
        ])
        #expect(metrics.connect?.meanMs == 50)
        #expect(metrics.modelTime?.meanMs == 750)
        #expect(metrics.modelTime?.count == 2)
        #expect(metrics.server?.meanMs == 650)
        #expect(metrics.latency.count == 3)
    }

    @Test("A try after a throttle is not timed; its wait is in the time to success")
    func timeToSuccess() {
        let metrics = metrics([
            result("t1", .error, from: 0, to: 1, [throttled()]),
            result("t1", attempt: 2, from: 60, to: 62, [call(latencyMs: 2000)]),
            result("t2", from: 62, to: 63, [call(latencyMs: 800)]),
        ])
        #expect(metrics.latency.count == 1)
        #expect(metrics.latency.meanMs == 800)
        #expect(metrics.timeToSuccess?.count == 2)
        #expect(metrics.timeToSuccess?.meanMs == 31_500)
    }

    @Test("Within one try, what follows a throttled call is not timed either")
    func afterThrottle() {
        let metrics = metrics([result("t1", [call(latencyMs: 100), throttled(), call(latencyMs: 900)])])
        #expect(metrics.latency.count == 1)
        #expect(metrics.latency.meanMs == 100)
    }

    @Test("Where each call stands for itself, trouble costs its sample only, and is among the requests")
    func independentCalls() throws {
        var suite = Certification.Suite.sample(count: 1)
        suite.tests[0].procedure = .latency(samples: 4)
        let fault = CallRecord(ending: .failed, isStreamed: false, latencyMs: 1_000, errorCategory: .serviceInternal)
        let calls = [fault, call(latencyMs: 100), throttled(), call(latencyMs: 900)]
        let history = TestHistory(suite: suite, results: [result("t1", calls)])
        #expect(Metrics(history).latency.count == 2)
        #expect(Metrics(history).latency.meanMs == 500)
        let verdict = try Judge.bundled().verdict(on: history, at: .sample)
        #expect(verdict.metrics.serviceLevel?.met == 2)
        #expect(verdict.metrics.serviceLevel?.requests == 3)
        // Two requests in 1000 + 100 + 900 ms.
        #expect(verdict.metrics.serviceLevel?.goodputPerSecond == 1)
        // The suite as the verdict keeps it comes to the same.
        let outline = try #require(verdict.basis?.outline.suite)
        #expect(Metrics(TestHistory(suite: outline, results: [result("t1", calls)])).latency.count == 2)
    }

    @Test("A parameter that was refused and dropped does not end the timing")
    func droppedParameter() {
        let refused = CallRecord(
            ending: .failed, isStreamed: false, latencyMs: 5, errorCategory: .parameterUnsupported)
        #expect(metrics([result("t1", [refused, call(latencyMs: 900)])]).latency.meanMs == 900)
    }

    /// 120 tokens in tests that ran 1 s and 2 s.
    @Test("System throughput is all output tokens over the time in which tests ran")
    func systemThroughput() {
        let metrics = metrics([
            result("t1", from: 0, to: 1, [call(tokens: 40)]),
            result("t2", from: 100, to: 102, [call(tokens: 80)]),
        ])
        #expect(metrics.systemTokensPerSecond == 40)
    }

    /// 4 calls at 2 s each, 50 tokens each, four at once: 200 × 4 / 8 s.
    @Test("Without the calls' starts throughput is tokens × concurrency / Σ latency, and such calls are not timed")
    func concurrency() {
        let calls = (0..<4).map { _ in call(latencyMs: 2000, tokens: 50) { $0.concurrency = 4 } }
        var refused = throttled()
        refused.concurrency = 4
        let metrics = metrics([result("t1", calls + [refused])])
        #expect(metrics.throughput?.count == 1)
        #expect(metrics.throughput?.first?.concurrency == 4)
        #expect(metrics.throughput?.first?.calls == 4)
        #expect(metrics.throughput?.first?.throttled == 1)
        #expect(metrics.throughput?.first?.meanLatencyMs == 2000)
        #expect(metrics.throughput?.first?.tokensPerSecond == 100)
        #expect(metrics.latency.count == 0)
    }

    /// Two clients; one stops at a throttle, and the other makes the rest alone: 3 × 50 tokens in 3 s.
    @Test("Throughput under concurrency is over the time that its calls took together")
    func concurrencyInTime() {
        var calls = (0..<3).map { number in
            call(latencyMs: 1000, tokens: 50) { ($0.concurrency, $0.startedMs) = (2, 500 + 1000 * Double(number)) }
        }
        var refused = throttled()
        (refused.concurrency, refused.startedMs) = (2, 500)
        calls.append(refused)
        #expect(metrics([result("t1", calls)]).throughput?.first?.tokensPerSecond == 50)
    }

    @Test("Availability leaves throttled calls out, and the throttle rate has its own interval")
    func availability() {
        let failed = CallRecord(ending: .failed, isStreamed: false, latencyMs: 5, errorCategory: .serviceInternal)
        let metrics = metrics([
            result("t1", Array(repeating: call(), count: 3) + [failed] + Array(repeating: throttled(), count: 6))
        ])
        #expect(metrics.availability == 0.75)
        #expect(metrics.errorRate == 0.25)
        #expect(metrics.throttleRate == 0.6)
        #expect(metrics.availabilityInterval == ConfidenceInterval(of: 3, in: 4))
        #expect(metrics.throttleInterval == ConfidenceInterval(of: 6, in: 10))
    }

    @Test("Errors are counted by category, UNKNOWN always, and those without a call too")
    func errorCounts() {
        let unknown = CallRecord(ending: .failed, isStreamed: false, latencyMs: 5)
        var budget = result("t2", .error, [])
        budget.error = TestError(category: .budgetExceeded, code: "", message: "")
        let counted = metrics([result("t1", .error, [throttled(), throttled(), unknown]), budget])
        #expect(counted.errorCounts == [.throttledRequests: 2, .unknown: 1, .budgetExceeded: 1])
        #expect(metrics([result("t1", [call()])]).errorCounts == [.unknown: 0])
    }

    @Test("Tokens of every kind are summed, and samples from a cache are flagged")
    func tokens() {
        let metrics = metrics([
            result(
                "t1",
                [
                    call(tokens: 7) { ($0.inputTokens, $0.reasoningTokens, $0.cacheReadTokens) = (10, 3, 0) },
                    call(tokens: 5) { ($0.inputTokens, $0.reasoningTokens, $0.cacheReadTokens) = (20, 4, 9) },
                ])
        ])
        #expect(metrics.inputTokens == 30)
        #expect(metrics.outputTokens == 12)
        #expect(metrics.reasoningTokens == 7)
        #expect(metrics.cacheReadTokens == 9)
        #expect(metrics.cachedSamples == 1)
    }

    @Test("Cost is summed by test, with what is a guess and what nobody priced")
    func cost() {
        let priced = call {
            $0.cost = CallCost(amount: Money(nanoDollars: 1500), isEstimated: false)
        }
        let guessed = call {
            $0.cost = CallCost(amount: Money(nanoDollars: 500), isEstimated: true)
        }
        let metrics = metrics([
            result("t1", .error, [guessed]), result("t1", attempt: 2, to: 2, [priced]), result("t2", [priced, call()]),
        ])
        #expect(metrics.cost?.total == Money(nanoDollars: 3500))
        #expect(metrics.cost?.byTest == ["t1": Money(nanoDollars: 2000), "t2": Money(nanoDollars: 1500)])
        #expect(metrics.cost?.estimatedCalls == 1)
        #expect(metrics.cost?.unpricedCalls == 1)
        #expect(self.metrics([result("t1", [call()])]).cost == nil)
    }

    @Test("The snapshot's window is from the first test with a call to the last")
    func window() {
        let metrics = metrics([
            result("t1", from: 3, to: 4, [call()]), result("t2", from: 5, to: 9, [call()]),
            result("t3", .error, from: 10, to: 20, []),
        ])
        #expect(metrics.window?.from == Date.sample.addingTimeInterval(3))
        #expect(metrics.window?.to == Date.sample.addingTimeInterval(9))
        #expect(Metrics(TestHistory(suite: .sample(count: 1), results: [])).window == nil)
    }

    @Test(
        "A p90 is given from 10 samples on and reliable from 50",
        arguments: [(9, nil), (10, false), (50, true)] as [(Int, Bool?)])
    func p90(count: Int, isReliable: Bool?) {
        #expect(Distribution(milliseconds: (1...count).map(Double.init)).p90?.isReliable == isReliable)
    }

    @Test("Tests that are only reported are counted apart, and their calls are measured")
    func reported() {
        var suite = Certification.Suite.sample(count: 2)
        suite.tests[1].counts = false
        let metrics = Metrics(
            TestHistory(suite: suite, results: [result("t1", [call()]), result("t2", .fail, [call()])]))
        #expect(metrics.passed == 1)
        #expect(metrics.failed == 0)
        #expect(metrics.reported == 1)
        #expect(metrics.successRate == 1)
        #expect(metrics.calls == 2)
    }

    /// As version 0.1 stored it.
    @Test("Measures of an older version can still be read")
    func oldRows() throws {
        let json = """
            {"calls":7,"errorRate":0,"errors":0,"failed":0,"graderErrors":0,"inputTokens":140,"latency":{"count":7,
            "meanMs":600,"p50":{"isReliable":false,"milliseconds":600}},"noAnswer":0,"outputTokens":70,"passed":7,
            "retries":0,"skipped":0,"successRate":1,"throttleRate":0,"ttft":{"count":0}}
            """
        let metrics = try JSONDecoder().decode(Metrics.self, from: Data(json.utf8))
        #expect(metrics.passed == 7)
        #expect(metrics.availability == nil)
        #expect(try roundTrip(metrics) == metrics)
    }
}
