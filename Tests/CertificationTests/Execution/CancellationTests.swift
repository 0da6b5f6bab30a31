import Certification
import Contracts
import Foundation
import Synchronization
import Testing

/// Whatever a test is doing when its task is cancelled or its time is up: it stops there, and nothing goes on behind its back.
@Suite("Stopping in the middle of a test", .timeLimit(.minutes(1)))
struct CancellationTests {
    /// A provider that answers some calls, then hangs until it is cancelled.
    private final class Stalling: Sendable {
        private struct State {
            var begun = 0
            var ended = 0
            var cut = 0
        }

        /// What a call says that was cut.
        enum End: Sendable, CaseIterable {
            /// What the real clients say.
            case cancelled
            /// What a connection may say that is closed.
            case network
            /// The answer had just come.
            case answer
        }

        let stalled = Signal()
        private let state = Mutex(State())
        private let answered: Int
        private let width: Int
        private let end: End

        /// Answers so many calls; all that are then begun hang, and `stalled` fires when there are `width` of them.
        init(after answered: Int, width: Int = 1, end: End) {
            self.answered = answered
            self.width = width
            self.end = end
        }

        var begun: Int { state.withLock { $0.begun } }
        var underWay: Int { state.withLock { $0.begun - $0.ended } }
        var cut: Int { state.withLock { $0.cut } }

        func respond(to call: ScriptedProvider.Call) async -> Result<ModelAnswer, ProviderError> {
            let number = state.withLock { state in
                state.begun += 1
                return state.begun
            }
            defer { state.withLock { $0.ended += 1 } }
            guard number > answered else { return .success(.sample("A", mode: call.mode)) }
            if number == answered + width { stalled.fire() }
            await Signal().wait()
            state.withLock { $0.cut += Task.isCancelled ? 1 : 0 }
            return switch end {
            case .cancelled: .failure(.sample(.cancelled))
            case .network: .failure(.sample(.network, partialText: "half"))
            case .answer: .success(.sample("A", mode: call.mode))
            }
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var procedure = TestProcedure.conversation
        var calls = [TestCall.asking("Say A.")]
        var repeats = 1
        /// Calls that are answered before one hangs.
        var answered: Int
        /// How many hang at once.
        var width = 1

        var testDescription: String { name }

        var test: SuiteTest {
            SuiteTest(
                id: "t", name: "T", dimension: .consistency, calls: calls, procedure: procedure, repeats: repeats,
                timeoutSeconds: 60)
        }
    }

    private static let longContext = TestProcedure.longContext(
        .init(share: 0.5, maximumWords: 400, depths: [0, 0.5, 1], needle: "A.", overLimitUpToTokens: 9_000))

    static let cases = [
        Case(name: "the first call", answered: 0),
        Case(name: "a later call", calls: [.asking("Say A."), .asking("Say A."), .asking("Say A.")], answered: 1),
        Case(name: "a repeat", repeats: 5, answered: 2),
        Case(name: "the last repeat", repeats: 3, answered: 2),
        Case(name: "determinism", procedure: .determinism(runs: 5), answered: 2),
        Case(
            name: "usage", procedure: .usage(tolerance: 0.1), calls: [.asking("Say A."), .asking("Say A twice.")],
            answered: 1),
        Case(name: "latency", procedure: .latency(samples: 20), answered: 7),
        Case(name: "latency, the last sample", procedure: .latency(samples: 20), answered: 19),
        Case(name: "long context, a needle", procedure: longContext, answered: 1),
        Case(name: "long context, beyond the window", procedure: longContext, answered: 3),
        Case(name: "ramp, one client", procedure: .ramp(clients: [1, 2, 4], callsPerStep: 8), answered: 3),
        Case(name: "ramp, one client's last call", procedure: .ramp(clients: [1, 2], callsPerStep: 8), answered: 7),
        Case(
            name: "ramp, four clients", procedure: .ramp(clients: [1, 2, 4], callsPerStep: 8), answered: 16, width: 4),
        Case(
            name: "ramp, four clients' last calls", procedure: .ramp(clients: [1, 4], callsPerStep: 4), answered: 4,
            width: 4),
    ]

    /// Runs a case until it hangs, then lets `stop` end it.
    private func run(
        _ scenario: Case, _ stalling: Stalling, clock: any Clock<Duration> = ContinuousClock(),
        stop: (Task<TestResult, Never>) -> Void
    ) async -> TestResult {
        let executor = TestExecutor(provider: ScriptedProvider { await stalling.respond(to: $0) }, clock: clock)
        // Unstructured, because it is the cancelled one.
        let task = Task {
            await executor.run(scenario.test, on: .sample, attempt: 1, facts: ModelFacts(contextWindow: 600))
        }
        await stalling.stalled.wait()
        stop(task)
        return await task.value
    }

    @Test("A cancelled test stops: its calls are cut, none begins, none is left", arguments: cases)
    func cancelled(scenario: Case) async {
        for end in [Stalling.End.cancelled, .network] {
            let stalling = Stalling(after: scenario.answered, width: scenario.width, end: end)
            let result = await run(scenario, stalling) { $0.cancel() }
            // As soon as the result is there, nothing is under way, and nothing will be.
            #expect(stalling.underWay == 0)
            #expect(stalling.cut == scenario.width)
            #expect(stalling.begun == scenario.answered + scenario.width)
            #expect(result.outcome == .error, "\(result.explanation)")
            #expect(result.error?.category == .cancelled)
            // Each call was made and may have to be paid for.
            #expect(result.calls.count == stalling.begun)
            #expect(!result.isFinal)
        }
    }

    @Test("A test whose time is up stops in the same way, and says that", arguments: cases)
    func late(scenario: Case) async {
        let stalling = Stalling(after: scenario.answered, width: scenario.width, end: .cancelled)
        let result = await run(scenario, stalling, clock: SignalClock(stalling.stalled)) { _ in }
        #expect(stalling.underWay == 0)
        #expect(stalling.begun == scenario.answered + scenario.width)
        #expect(result.outcome == .error, "\(result.explanation)")
        #expect(result.error?.category == .timeout)
        #expect(result.calls.count == stalling.begun)
    }

    @Test("Calls that were answered all the same as they were cut begin no others", arguments: cases)
    func answered(scenario: Case) async {
        let stalling = Stalling(after: scenario.answered, width: scenario.width, end: .answer)
        let result = await run(scenario, stalling) { $0.cancel() }
        #expect(stalling.underWay == 0)
        #expect(stalling.begun == scenario.answered + scenario.width)
        #expect(result.calls.count == stalling.begun)
        // What is complete counts; what is not was cancelled.
        #expect(result.isFinal || result.error?.category == .cancelled)
    }

    @Test("A probe for a capability stops as well, and finds out nothing")
    func probe() async {
        var test = Case(name: "probe", answered: 0).test
        test.requires = [.vision]
        test.probesUndeclared = true
        let stalling = Stalling(after: 0, end: .network)
        let executor = TestExecutor(provider: ScriptedProvider { await stalling.respond(to: $0) })
        let asked = test
        let task = Task {
            await executor.run(
                asked, on: .sample, attempt: 1, facts: ModelFacts(declared: [.vision: false]))
        }
        await stalling.stalled.wait()
        task.cancel()
        let result = await task.value
        #expect(stalling.begun == 1 && stalling.underWay == 0)
        #expect(result.error?.category == .cancelled)
        #expect(result.capabilities.isEmpty)
    }
}
