import Contracts
import Foundation

extension TestSession {
    /// Does what the test's procedure says.
    mutating func run() async {
        guard let first = test.calls.first else { return }
        switch test.procedure {
        case .conversation: await converse()
        case .determinism(let runs): await measureDeterminism(of: first, runs: runs)
        case .usage(let tolerance): await accountForUsage(first, test.calls.last ?? first, tolerance: tolerance)
        case .latency(let samples): await sampleLatency(of: first, samples: samples)
        case .ramp(let clients, let calls): await ramp(first, clients: clients, callsPerStep: calls)
        case .longContext(let setting): await searchLongContext(first, setting)
        }
    }

    /// One and the same request, so often: the share of the answer that came most often.
    private mutating func measureDeterminism(of call: TestCall, runs: Int) async {
        let beginning = nonce()
        var answers: [String: Int] = [:]
        for _ in 0..<runs {
            guard let answer = await perform(call, beginning: beginning) else { return }
            answers[answer.text, default: 0] += 1
        }
        let most = answers.values.max() ?? 0
        conclusion.measure("exact-match-rate", Double(most) / Double(max(1, runs)))
        conclusion.measure("distinct-answers", Double(answers.count))
        let isLoose = call.request.temperature != nil && adaptation.adapted(call.request, for: call).temperature == nil
        conclusion.explain(
            "\(most) of \(runs) answers to the same request were the same"
                + (isLoose ? ", without the temperature, which the model does not take." : "."))
    }

    /// The same request complete and streamed, and a longer one: what is counted must agree.
    private mutating func accountForUsage(_ short: TestCall, _ long: TestCall, tolerance: Double) async {
        let beginning = nonce()
        var complete = short
        complete.mode = .complete
        var streamed = short
        streamed.mode = .stream
        guard let whole = await perform(complete, beginning: beginning),
            let pieces = await perform(streamed, beginning: beginning),
            let longer = await perform(long, beginning: beginning)
        else { return }
        let audit = UsageAudit(complete: whole, streamed: pieces, longer: longer, tolerance: tolerance)
        if let input = audit.inputRatio { conclusion.measure("streamed-input-ratio", input) }
        conclusion.conclude(audit.grade)
    }

    /// Streams from one client, one after another. What a sample meets that may pass leaves the others as they are.
    private mutating func sampleLatency(of call: TestCall, samples: Int) async {
        var latencies: [Double] = []
        var firstTokens: [Double] = []
        var trouble: ProviderError?
        for _ in 0..<samples {
            guard let exchange = await exchange(call) else { return }
            if let error = exchange.error, error.category.isRetryable {
                conclusion.add(exchange.record)
                trouble = error
                continue
            }
            conclusion.add(exchange, to: call, of: test)
            guard conclusion.outcome == .pass, let record = exchange.record else { return }
            latencies.append(record.latencyMs)
            if let first = record.ttftMs { firstTokens.append(first) }
        }
        conclusion.measure("samples", Double(samples))
        conclusion.measure("answered", Double(latencies.count))
        measure("latency", latencies)
        measure("ttft", firstTokens)
        if let trouble, latencies.count * 2 < samples { return conclusion.conclude(trouble) }
        conclusion.explain("\(latencies.count) of \(samples) samples were answered.")
    }

    /// Percentiles as far as there are enough samples for them, and whether there are enough to trust the tail.
    mutating func measure(_ name: String, _ milliseconds: [Double]) {
        let distribution = Distribution(milliseconds: milliseconds)
        if let median = distribution.p50?.milliseconds { conclusion.measure("\(name)-p50-ms", median) }
        guard let tail = distribution.p95 else { return }
        conclusion.measure("\(name)-p95-ms", tail.milliseconds)
        conclusion.measure("\(name)-p95-reliable", tail.isReliable ? 1 : 0)
    }

    /// A fact at several depths of a long text, then a text that can't fit.
    private mutating func searchLongContext(_ call: TestCall, _ setting: TestProcedure.LongContext) async {
        let plan = LongContextPlan(setting, facts: facts)
        let filler = FillerText(words: plan.words, seed: 1)
        conclusion.measure("context-words", Double(plan.words))
        conclusion.measure("needles", Double(setting.depths.count))
        for (found, depth) in setting.depths.enumerated() {
            let text = filler.text(with: setting.needle, at: depth)
            guard await perform(call, sending: call.request.asked(after: text)) != nil else { return }
            conclusion.measure("needles-found", Double(found + 1))
        }
        conclusion.measure("over-limit-tested", plan.overLimitWords == nil ? 0 : 1)
        guard let words = plan.overLimitWords else { return }
        var refused = call
        refused.expectation = .refusal(of: [.contextLength], withinSeconds: test.timeoutSeconds)
        // Who cuts off the beginning loses the fact with it.
        let tooMuch = FillerText(words: words, seed: 2).text(with: setting.needle, at: 0)
        // What the model is known not to take is left out: it is to refuse the length.
        let request = adaptation.adapted(call.request.asked(after: tooMuch), for: refused)
        guard let exchange = await exchange(refused, sending: request) else { return }
        if exchange.error?.isLimitOfAccess == true {
            conclusion.add(exchange.record)
            conclusion.measure("over-limit-tested", 0)
            return
        }
        // Some models say so with a stop reason instead.
        if exchange.answer?.stopReason == .contextWindowExceeded { return conclusion.add(exchange.record) }
        if let tokens = exchange.answer.flatMap({ tokensBeyondWindow(in: $0, to: call) }) {
            conclusion.add(exchange.record)
            conclusion.measure(TestResult.beyondWindowMeasure, Double(tokens))
            return conclusion.explain(
                "\(tokens) tokens were read and answered rightly: the window is larger than declared.")
        }
        conclusion.add(exchange, to: refused, of: test)
    }

    /// How many tokens an answer shows to have been read, when it is right and they are more than the declared window; a
    /// text that was cut to fit is counted as cut.
    private func tokensBeyondWindow(in answer: ModelAnswer, to call: TestCall) -> Int? {
        guard let window = facts.contextWindow, let tokens = answer.usage?.inputTokens, tokens > window,
            call.expectation.graders?.grade(answer) == .pass
        else { return nil }
        return tokens
    }
}

extension ModelRequest {
    /// The request with a text before its last question.
    fileprivate func asked(after text: String) -> ModelRequest {
        var request = self
        guard let last = messages.indices.last else { return request }
        request.messages[last].content.insert(.text("Read this text.\n\n\(text)\n"), at: 0)
        return request
    }
}
