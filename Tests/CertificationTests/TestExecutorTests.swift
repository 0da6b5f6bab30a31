import Certification
import Contracts
import Foundation
import Synchronization
import Testing

@Suite("Running one test")
struct TestExecutorTests {
    /// A provider that answers only when it is cancelled, and what it saw.
    private struct Hanging {
        let called = Signal()
        let cancelled = Signal()
        let provider: ScriptedProvider

        init(partialText: String? = nil) {
            let (called, cancelled) = (called, cancelled)
            provider = ScriptedProvider { _ in
                called.fire()
                await Signal().wait()
                if Task.isCancelled { cancelled.fire() }
                return .failure(.sample(.network, partialText: partialText))
            }
        }
    }

    @Test("When the time is up, the call is cancelled and the result is a time-out")
    func timeout() async {
        let hanging = Hanging(partialText: "1, 2")
        let executor = TestExecutor(provider: hanging.provider, clock: SignalClock(hanging.called))
        let result = await executor.run(.sample("t1"), on: .sample, attempt: 2)
        await hanging.cancelled.wait()
        #expect(result.outcome == .error)
        #expect(result.error?.category == .timeout)
        #expect(result.error?.message == "The test took longer than 30.0 s.")
        #expect(result.calls.map(\.errorCategory) == [.timeout])
        #expect(result.excerpt == "1, 2")
        #expect(result.attempt == 2)
    }

    @Test("A model that thinks has three times as long")
    func timeToThink() async {
        let hanging = Hanging()
        let executor = TestExecutor(provider: hanging.provider, clock: SignalClock(hanging.called))
        let result = await executor.run(.sample("t1"), on: .sample, attempt: 1, facts: ModelFacts(thinks: true))
        #expect(result.error?.message == "The test took longer than 90.0 s.")
    }

    @Test("An answer that comes just as the time runs out still counts")
    func answerAtTheLastMoment() async {
        let called = Signal()
        let provider = ScriptedProvider { _ in
            called.fire()
            await Signal().wait()
            return .success(.sample(""))
        }
        let executor = TestExecutor(provider: provider, clock: SignalClock(called))
        let result = await executor.run(.sample("t1"), on: .sample, attempt: 1)
        #expect(result.outcome == .noAnswer)
        #expect(result.error?.category == .emptyResponse)
    }

    @Test("When the task is cancelled, so is the call, and the result says so")
    func cancellation() async {
        let hanging = Hanging()
        let executor = TestExecutor(provider: hanging.provider)
        let run = Task { await executor.run(.sample("t1"), on: .sample, attempt: 1) }
        await hanging.called.wait()
        run.cancel()
        let result = await run.value
        await hanging.cancelled.wait()
        #expect(result.outcome == .error)
        #expect(result.error?.category == .cancelled)
    }

    @Test("A task that is cancelled before the first call makes none")
    func cancelledBefore() async {
        let provider = ScriptedProvider()
        let start = Signal()
        let run = Task {
            await start.wait()
            return await TestExecutor(provider: provider).run(.sample("t1"), on: .sample, attempt: 1)
        }
        run.cancel()
        start.fire()
        #expect(await run.value.error?.category == .cancelled)
        #expect(provider.calls.isEmpty)
    }

    @Test("An error becomes the outcome that its category stands for", arguments: ErrorCategory.allCases)
    func outcome(of category: ErrorCategory) async {
        let provider = ScriptedProvider.failing(with: category)
        let result = await TestExecutor(provider: provider).run(.sample("t1"), on: .sample, attempt: 1)
        let expected: TestOutcome =
            switch category {
            case .capabilityUnsupported, .parameterUnsupported, .contextLength, .maxTokensCap: .skipped
            case .emptyResponse: .noAnswer
            case .malformedOutput, .contentFiltered: .fail
            default: .error
            }
        #expect(result.outcome == expected)
        #expect(result.error == TestError(category: category, code: "SampleException", message: "sample"))
        // A limit that a thought has used up is raised once.
        #expect(result.requestIDs == Array(repeating: "request-9", count: category == .emptyResponse ? 2 : 1))
    }

    @Test("Later calls are not made once one has failed")
    func stopsAtFirstFailure() async throws {
        let test = try baseTest("availability-check")
        let provider = ScriptedProvider { _ in .success(.sample("Certainly.")) }
        _ = await TestExecutor(provider: provider).run(test, on: .sample, attempt: 1)
        #expect(provider.calls.count == 1)
    }

    @Test("A test that is repeated has to pass each time")
    func repeats() async {
        var test = SuiteTest.sample("t1")
        test.repeats = 3
        let count = Mutex(0)
        let provider = ScriptedProvider { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return .success(.sample(number == 3 ? "" : "Hello"))
        }
        let result = await TestExecutor(provider: provider).run(test, on: .sample, attempt: 1)
        #expect(result.calls.map(\.ending) == [.answered, .answered, .empty])
        #expect(result.outcome == .noAnswer)
    }

    @Test("A refusal that comes too late fails")
    func lateRefusal() async {
        var test = SuiteTest.sample("t1")
        test.calls[0].expectation = .refusal(of: [.validation], withinSeconds: 0)
        let result = await TestExecutor(provider: ScriptedProvider.failing(with: .validation))
            .run(test, on: .sample, attempt: 1)
        #expect(result.outcome == .fail)
        #expect(result.explanation.contains("only after"))
    }

    @Test("Times come from the calls, dates from the injected clock, and the answer is kept in short")
    func evidence() async {
        let provider = ScriptedProvider {
            .success(.sample("\u{0}Hello\u{1B}[31m " + String(repeating: "x", count: 600), mode: $0.mode))
        }
        var test = SuiteTest.sample("t1")
        test.calls[0].mode = .stream
        let result = await TestExecutor(provider: provider, now: { .sample }).run(test, on: .sample, attempt: 1)
        #expect(result.latencyMs == 600)
        #expect(result.ttftMs == 200)
        #expect(result.inputTokens == 20)
        #expect(result.outputTokens == 10)
        #expect(result.calledModel == "us.model")
        #expect(result.startedAt == .sample)
        #expect(result.excerpt?.hasPrefix("Hello[31m x") == true)
        #expect(result.excerpt?.count == 500)
        #expect(provider.calls.map(\.mode) == [.stream])
    }

    @Test("A result can be written down and read back, whatever the provider said")
    func coding() async throws {
        let provider = ScriptedProvider { _ in
            .failure(
                ProviderError(
                    category: .unknown, code: "\u{0}Odd", message: String(repeating: "\u{7}é\n", count: 2000),
                    retryAfter: .milliseconds(1500)))
        }
        let result = await TestExecutor(provider: provider, now: { .sample }).run(
            .sample("t1"), on: .sample, attempt: 1)
        #expect(try roundTrip(result) == result)
        #expect(result.error?.code == "Odd")
        #expect((result.error?.message.count ?? 0) == 500)
        #expect(result.error?.retryAfterSeconds == 1.5)
    }
}
