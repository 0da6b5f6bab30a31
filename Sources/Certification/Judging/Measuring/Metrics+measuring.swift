import Contracts
import Foundation

extension Metrics {
    /// Measures what a certification's attempts have brought, without what only a rubric can say (`serviceLevel`).
    package init(_ history: TestHistory) {
        let outcomes = history.latest.filter { history.counts($0.test) }.map(\.outcome)
        let calls = history.calls
        let timed = history.timedCalls
        // How many clients at once are too many is asked on purpose; the throughput says what came of it.
        let alone = calls.filter { !$0.isConcurrent }
        let throttled = alone.count { $0.errorCategory?.isThrottle == true }
        let served = alone.count { $0.ending != .failed }
        let faults = alone.count { $0.ending == .failed && $0.errorCategory?.countsAgainstAvailability == true }
        passed = outcomes.count { $0 == .pass }
        failed = outcomes.count { $0 == .fail }
        noAnswer = outcomes.count { $0 == .noAnswer }
        errors = outcomes.count { $0 == .error }
        graderErrors = outcomes.count { $0 == .graderError }
        skipped = outcomes.count { $0 == .skipped }
        reported = history.latest.count - outcomes.count
        let judged = outcomes.count(where: \.countsForQuality)
        successRate = Self.share(passed, of: judged)
        successInterval = ConfidenceInterval(of: passed, in: judged)
        retries = history.retries
        self.calls = calls.count
        availability = Self.share(served, of: served + faults)
        availabilityInterval = ConfidenceInterval(of: served, in: served + faults)
        errorRate = Self.share(faults, of: served + faults)
        throttleRate = Self.share(throttled, of: alone.count)
        throttleInterval = ConfidenceInterval(of: throttled, in: alone.count)
        latency = Distribution(milliseconds: timed.map(\.latencyMs))
        ttft = Distribution(milliseconds: timed.compactMap(\.ttftMs))
        inputTokens = calls.reduce(0) { $0 + ($1.inputTokens ?? 0) }
        outputTokens = calls.reduce(0) { $0 + ($1.outputTokens ?? 0) }
        outputTokensPerSecond = Self.outputSpeed(timed)
        addTimes(of: timed, history)
        addSums(of: calls, history)
    }

    /// Tests that say something about the model.
    package var judged: Int { passed + failed + noAnswer }

    private mutating func addTimes(of timed: [CallRecord], _ history: TestHistory) {
        visibleTtft = Distribution(milliseconds: timed.compactMap(\.visibleTtftMs))
        tpot = Distribution(milliseconds: timed.compactMap(\.tpotMs))
        connect = Distribution(milliseconds: timed.compactMap(\.connectMs))
        modelTime = Distribution(milliseconds: timed.compactMap(\.modelMs))
        server = Distribution(milliseconds: timed.compactMap(\.serverMs))
        timeToSuccess = Distribution(milliseconds: history.timesToSuccess)
        cachedSamples = timed.count { ($0.cacheReadTokens ?? 0) > 0 }
    }

    private mutating func addSums(of calls: [CallRecord], _ history: TestHistory) {
        errorCounts = history.errorCounts
        reasoningTokens = calls.reduce(0) { $0 + ($1.reasoningTokens ?? 0) }
        cacheReadTokens = calls.reduce(0) { $0 + ($1.cacheReadTokens ?? 0) }
        systemTokensPerSecond = Self.perSecond(outputTokens, inMilliseconds: history.busyMilliseconds)
        throughput = Self.throughput(history)
        cost = CostReport(history)
        window = history.window
    }

    static func share(_ part: Int, of whole: Int) -> Double? {
        whole > 0 ? Double(part) / Double(whole) : nil
    }

    /// To one decimal; nil when there is nothing, or no time to divide it by.
    static func perSecond(_ count: Int, inMilliseconds milliseconds: Double) -> Double? {
        guard count > 0, milliseconds > 0 else { return nil }
        return (Double(count) / milliseconds * 10_000).rounded() / 10
    }

    /// One over the time per output token, (latency − time to first token) / (timed tokens − 1), taken over all
    /// streamed calls together (llmeter and vLLM define TPOT so).
    private static func outputSpeed(_ calls: [CallRecord]) -> Double? {
        var tokens = 0
        var milliseconds = 0.0
        for call in calls {
            guard call.tpotMs != nil, let firstToken = call.ttftMs, let timed = call.timedTokens else { continue }
            tokens += timed - 1
            milliseconds += call.latencyMs - firstToken
        }
        return perSecond(tokens, inMilliseconds: milliseconds)
    }

    private static func throughput(_ history: TestHistory) -> [Throughput] {
        let steps = history.allTries.flatMap { result in
            Dictionary(grouping: result.calls.filter(\.isConcurrent)) { $0.concurrency ?? 1 }
                .map { ConcurrentStep(concurrency: $0.key, calls: $0.value) }
        }
        return Dictionary(grouping: steps, by: \.concurrency).sorted { $0.key < $1.key }
            .map { Throughput(of: $0.value, concurrency: $0.key) }
    }
}

/// The calls of one try that were made so many at once.
private struct ConcurrentStep {
    var concurrency: Int
    var calls: [CallRecord]

    var answered: [CallRecord] { calls.filter { $0.ending == .answered } }

    /// From the first call's start to the last one's end. Where starts were not recorded, by Little's law: Σ latency /
    /// concurrency.
    var durationMs: Double {
        let starts = calls.compactMap(\.startedMs)
        let ends = calls.compactMap { call in call.startedMs.map { $0 + call.latencyMs } }
        guard starts.count == calls.count, let first = starts.min(), let last = ends.max() else {
            return answered.reduce(0) { $0 + $1.latencyMs } / Double(concurrency)
        }
        return last - first
    }
}

extension Throughput {
    fileprivate init(of steps: [ConcurrentStep], concurrency: Int) {
        let answered = steps.flatMap(\.answered)
        let latency = answered.reduce(0) { $0 + $1.latencyMs }
        self.init(
            concurrency: concurrency, calls: answered.count,
            throttled: steps.reduce(0) { $0 + $1.calls.count { $0.errorCategory?.isThrottle == true } },
            meanLatencyMs: answered.isEmpty ? nil : (latency / Double(answered.count)).toMicroseconds,
            tokensPerSecond: Metrics.perSecond(
                answered.reduce(0) { $0 + ($1.outputTokens ?? 0) },
                inMilliseconds: steps.reduce(0) { $0 + $1.durationMs }))
    }
}

extension CostReport {
    /// Nil when no call was priced.
    init?(_ history: TestHistory) {
        let calls = history.calls
        let priced = calls.compactMap(\.cost)
        guard !priced.isEmpty else { return nil }
        total = priced.reduce(.zero) { $0 + $1.amount }
        byTest = Dictionary(
            history.suite.tests.compactMap { test in
                let costs = history.calls(of: test.id).compactMap(\.cost)
                return costs.isEmpty ? nil : (test.id, costs.reduce(.zero) { $0 + $1.amount })
            }, uniquingKeysWith: +)
        estimatedCalls = priced.count(where: \.isEstimated)
        unpricedCalls = calls.count - priced.count
    }
}

extension CallRecord {
    /// Whether other calls of the same test were under way at the same time.
    var isConcurrent: Bool { (concurrency ?? 1) > 1 }

    /// Whether the model is seen to have thought before it spoke.
    var hasThought: Bool { reasoning != nil || (reasoningTokens ?? 0) > 0 }

    /// The output tokens that came from the first chunk on: without those of a thought that was over by then. Before thoughts
    /// were recorded, one was that whose text came in the first chunk.
    var timedTokens: Int? {
        guard let outputTokens, let reasoningTokens, reasoningTokens > 0 else { return outputTokens }
        let isHidden = reasoning.map { $0 == .hidden } ?? (ttftMs == visibleTtftMs)
        return isHidden ? outputTokens - reasoningTokens : outputTokens
    }

    /// Time per output token: (latency − time to first token) / (timed tokens − 1), in milliseconds; nil when not streamed
    /// or under two tokens.
    var tpotMs: Double? {
        guard isStreamed, let ttftMs, let timedTokens, timedTokens >= 2 else { return nil }
        return (latencyMs - ttftMs) / Double(timedTokens - 1)
    }

    /// Latency without connecting, in milliseconds; nil when the time to connect was not measured.
    var modelMs: Double? { connectMs.map { latencyMs - $0 } }
}
