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

    /// Runs a test as its procedure says.
    ///
    /// A test's time stands still while its calls wait for the budget. When it is up, the calls under way are cancelled and awaited, and the result is an ERROR, `TIMEOUT`;
    /// when the task is cancelled, it is an ERROR, `CANCELLED`.
    ///
    /// - Parameters:
    ///   - test: What to run.
    ///   - target: What to call.
    ///   - attempt: Which attempt at the certification it belongs to, from 1.
    ///   - facts: What is declared of the model.
    ///   - earlier: The results of all attempts so far: they tell what the model does not take.
    /// - Returns: What came of it.
    package func run(
        _ test: SuiteTest, on target: Target, attempt: Int, facts: ModelFacts = ModelFacts(),
        after earlier: [TestResult] = []
    ) async -> TestResult {
        let startedAt = now()
        let timer = WorkTimer(limit: test.timeout, clock: clock)
        let session = TestSession(
            test: test, facts: facts,
            caller: ModelCaller(provider: provider, meter: meter, clock: clock, target: target, timer: timer),
            nonce: nonce, adaptation: RequestAdaptation(for: test, after: earlier))
        let conclusion = await conclude(session, as: CapabilityPlan(for: test, of: facts, after: earlier))
        return conclusion.result(of: test.id, attempt: attempt, startedAt: startedAt, finishedAt: now())
    }

    private func conclude(_ session: TestSession, as plan: CapabilityPlan) async -> TestConclusion {
        var session = session
        switch plan {
        case .skip(let reason):
            session.conclusion.skip(reason)
            return session.conclusion
        case .probe(let capability): return await beforeDeadline(session) { await $0.probe(capability) }
        case .run:
            var conclusion = await beforeDeadline(session) { await $0.run() }
            if conclusion.outcome == .pass, conclusion.hasGoodAnswer {
                for capability in session.test.requires where conclusion.capabilities[capability] == nil {
                    conclusion.note(capability, true)
                }
            }
            return conclusion
        }
    }

    private enum Event {
        case concluded(TestConclusion)
        case timeIsUp
        case alarmIsOff
    }

    private func beforeDeadline(
        _ session: TestSession, _ work: @escaping @Sendable (inout TestSession) async -> Void
    ) async -> TestConclusion {
        var conclusion = TestConclusion()
        var isLate = false
        await withTaskGroup(of: Event.self) { group in
            group.addTask {
                var session = session
                await work(&session)
                return .concluded(session.conclusion)
            }
            group.addTask { await alarm(session.caller.timer) }
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
            conclusion.replaceError(
                with: .timeout, message: "The test took longer than \(session.test.timeoutSeconds) s.")
        }
        return conclusion
    }

    private func alarm(_ timer: WorkTimer) async -> Event {
        do {
            try await timer.expire()
            return .timeIsUp
        } catch {
            // Only cancellation ends the wait early: the calls have been concluded.
            return .alarmIsOff
        }
    }

    /// Eight consonants: no word and no number that a grader could mistake for the answer.
    package static func randomNonce() -> String {
        String((0..<8).map { _ in "BCDFGHJKLMNPQRSTVWXZ".randomElement() ?? "X" })
    }
}
