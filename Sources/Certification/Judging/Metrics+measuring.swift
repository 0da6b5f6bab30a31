import Contracts

extension Metrics {
    /// Measures what a certification's attempts have brought. Every formula is in `docs/certification.md`.
    package init(_ history: TestHistory) {
        let outcomes = history.latest.map(\.outcome)
        let calls = history.calls
        let timed = history.firstCalls.filter { $0.ending == .answered }
        passed = outcomes.count { $0 == .pass }
        failed = outcomes.count { $0 == .fail }
        noAnswer = outcomes.count { $0 == .noAnswer }
        errors = outcomes.count { $0 == .error }
        graderErrors = outcomes.count { $0 == .graderError }
        skipped = outcomes.count { $0 == .skipped }
        successRate = Self.share(passed, of: outcomes.count(where: \.countsForQuality))
        retries = history.retries
        self.calls = calls.count
        let served = calls.count { $0.ending != .failed }
        let faults = calls.count { $0.ending == .failed && $0.errorCategory?.countsAgainstAvailability == true }
        errorRate = Self.share(faults, of: served + faults)
        throttleRate = Self.share(calls.count { $0.errorCategory?.isThrottle == true }, of: calls.count)
        latency = Distribution(milliseconds: timed.map(\.latencyMs))
        ttft = Distribution(milliseconds: timed.compactMap(\.ttftMs))
        inputTokens = calls.reduce(0) { $0 + ($1.inputTokens ?? 0) }
        outputTokens = calls.reduce(0) { $0 + ($1.outputTokens ?? 0) }
        outputTokensPerSecond = Self.outputSpeed(timed)
    }

    /// Tests that say something about the model.
    package var judged: Int { passed + failed + noAnswer }

    private static func share(_ part: Int, of whole: Int) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }

    /// One over the time per output token, (latency − time to first token) / (output tokens − 1), taken over all
    /// streamed calls together (llmeter and vLLM define TPOT so).
    private static func outputSpeed(_ calls: [CallRecord]) -> Double? {
        var tokens = 0
        var milliseconds = 0.0
        for call in calls where call.isStreamed {
            guard let firstToken = call.ttftMs, let outputTokens = call.outputTokens, outputTokens >= 2 else {
                continue
            }
            tokens += outputTokens - 1
            milliseconds += call.latencyMs - firstToken
        }
        guard tokens > 0, milliseconds > 0 else { return nil }
        return (Double(tokens) / milliseconds * 10_000).rounded() / 10
    }
}

extension Distribution {
    /// Percentiles are given from 1/(1−p) samples on and are reliable from 5/(1−p) on: the rule of awslabs/llmeter.
    package init(milliseconds samples: [Double]) {
        let sorted = samples.filter(\.isFinite).sorted()
        count = sorted.count
        meanMs = sorted.isEmpty ? nil : (sorted.reduce(0, +) / Double(sorted.count) * 1000).rounded() / 1000
        p50 = Self.percentile(50, of: sorted)
        p95 = Self.percentile(95, of: sorted)
    }

    /// By the nearest rank: the smallest sample that at least `percent` of all samples do not exceed.
    private static func percentile(_ percent: Int, of sorted: [Double]) -> Percentile? {
        let samplesPerOutlier = 100 / (100 - percent)
        guard sorted.count >= samplesPerOutlier else { return nil }
        let rank = (percent * sorted.count + 99) / 100
        return Percentile(milliseconds: sorted[rank - 1], isReliable: sorted.count >= 5 * samplesPerOutlier)
    }
}
