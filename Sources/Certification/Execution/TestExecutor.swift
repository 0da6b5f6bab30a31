package import Contracts
package import Foundation

/// Runs one test against a provider and never throws: whatever happens becomes a result.
package struct TestExecutor: Sendable {
    private let provider: any ModelProvider
    private let meter: any CallMeter
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Date
    private let nonce: @Sendable () -> String

    /// - Parameters:
    ///   - provider: Calls the models.
    ///   - meter: Lets calls through as far as the budget reaches.
    ///   - clock: Measures the tests' deadlines.
    ///   - now: The time of day, for the results' dates only.
    ///   - nonce: A text that makes each prompt unique, so that no cache answers in the model's place.
    package init(
        provider: any ModelProvider, meter: any CallMeter = NoMeter(), clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Date = { Date() },
        nonce: @escaping @Sendable () -> String = { TestExecutor.randomNonce() }
    ) {
        self.provider = provider
        self.meter = meter
        self.clock = clock
        self.now = now
        self.nonce = nonce
    }

    /// Makes a test's calls one after another until one does not bring what it must.
    ///
    /// When the test's time is up, the call under way is cancelled and awaited, and the result is an ERROR, `TIMEOUT`;
    /// when the task is cancelled, it is an ERROR, `CANCELLED`. Attempts are those at the certification, from 1.
    package func run(_ test: SuiteTest, on target: Target, attempt: Int) async -> TestResult {
        let startedAt = now()
        let conclusion = await concludeBeforeDeadline(test, on: target)
        return conclusion.result(of: test.id, attempt: attempt, startedAt: startedAt, finishedAt: now())
    }

    private enum Event {
        case concluded(TestConclusion)
        case timeIsUp
        case alarmIsOff
    }

    private func concludeBeforeDeadline(_ test: SuiteTest, on target: Target) async -> TestConclusion {
        var conclusion = TestConclusion()
        var isLate = false
        await withTaskGroup(of: Event.self) { group in
            group.addTask { .concluded(await makeCalls(of: test, on: target)) }
            group.addTask { await alarm(after: test.timeout) }
            for await event in group {
                switch event {
                case .concluded(let reached): conclusion = reached
                case .timeIsUp: isLate = true
                case .alarmIsOff: continue
                }
                group.cancelAll()
            }
        }
        // A call that was cancelled may report whatever its connection met; why it was cancelled is known here.
        if Task.isCancelled {
            conclusion.replaceError(with: .cancelled, message: "The test was cancelled.")
        } else if isLate {
            conclusion.replaceError(with: .timeout, message: "The test took longer than \(test.timeoutSeconds) s.")
        }
        return conclusion
    }

    private func alarm(after timeout: Duration) async -> Event {
        do {
            try await clock.sleep(for: timeout)
            return .timeIsUp
        } catch {
            // Only cancellation ends a clock's sleep early: the calls have been concluded.
            return .alarmIsOff
        }
    }

    private func makeCalls(of test: SuiteTest, on target: Target) async -> TestConclusion {
        var conclusion = TestConclusion()
        for _ in 0..<max(1, test.repeats) {
            for call in test.calls {
                guard !Task.isCancelled else {
                    conclusion.conclude(ProviderError(category: .cancelled, code: "", message: ""))
                    return conclusion
                }
                await make(call, on: target, adding: &conclusion)
                guard conclusion.outcome == .pass else { return conclusion }
            }
        }
        return conclusion
    }

    private func make(_ call: TestCall, on target: Target, adding conclusion: inout TestConclusion) async {
        let request = call.request.prefixed(with: nonce())
        let reservation: CallReservation
        do throws(ProviderError) {
            reservation = try await meter.reserve(request, of: target)
        } catch {
            conclusion.conclude(error)
            return
        }
        let elapsed = clock.stopwatch()
        do throws(ProviderError) {
            let answer =
                switch call.mode {
                case .complete: try await provider.complete(request, of: target)
                case .stream: try await provider.stream(request, of: target)
                }
            let cost = await meter.settle(reservation, usage: answer.usage, error: nil)
            conclusion.add(answer, to: call, cost: cost)
        } catch {
            let cost = await meter.settle(reservation, usage: nil, error: error.category)
            conclusion.add(error, to: call, elapsed: elapsed(), cost: cost)
        }
    }

    /// Eight consonants: no word and no number that a grader could mistake for the answer.
    package static func randomNonce() -> String {
        String((0..<8).map { _ in "BCDFGHJKLMNPQRSTVWXZ".randomElement() ?? "X" })
    }
}

extension Clock where Duration == Swift.Duration {
    /// Starts to measure; what it returns tells the time since then.
    fileprivate func stopwatch() -> () -> Duration {
        let start = now
        return { start.duration(to: now) }
    }
}

extension ModelRequest {
    /// The request with a first line of its own, so that no two requests begin alike.
    fileprivate func prefixed(with nonce: String) -> ModelRequest {
        var request = self
        guard let first = messages.first, !nonce.isEmpty else { return request }
        request.messages[0].content =
            [.text("Request \(nonce).\n\(first.text)")]
            + first.content.filter { if case .text = $0 { false } else { true } }
        return request
    }
}
