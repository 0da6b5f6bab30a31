import Certification
import Contracts
import Synchronization
import Testing

@Suite("A test whose calls wait for the budget")
struct MeteredTestTests {
    /// Lets a call through when it is told to.
    private struct WaitingMeter: CallMeter {
        let asked = Signal()
        let released = Signal()
        let settling = Signal()
        let settled = Signal()

        func reserve(_ request: ModelRequest, of target: Target) async throws(ProviderError) -> CallReservation {
            asked.fire()
            await released.wait()
            guard !Task.isCancelled else { throw ProviderError(category: .cancelled, code: "", message: "") }
            return CallReservation()
        }

        func settle(_ reservation: CallReservation, usage: TokenUsage?, error: ProviderError?) async -> CallCost? {
            settling.fire()
            await settled.wait()
            return nil
        }
    }

    /// A clock that stands where it is put; a sleep ends when that is late enough.
    private final class HandClock: Clock {
        private struct State {
            var now = ContinuousClock.now
            var sleepers: [(until: ContinuousClock.Instant, wake: AsyncStream<Void>.Continuation)] = []
        }

        private let state = Mutex(State())
        var now: ContinuousClock.Instant { state.withLock { $0.now } }
        let minimumResolution = Duration.nanoseconds(1)

        func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
            let (stream, wake) = AsyncStream<Void>.makeStream()
            state.withLock { $0.now < deadline ? $0.sleepers.append((deadline, wake)) : wake.finish() }
            for await _ in stream {}
            try Task.checkCancellation()
        }

        func advance(by duration: Duration) {
            state.withLock { state in
                state.now += duration
                for sleeper in state.sleepers where sleeper.until <= state.now { sleeper.wake.finish() }
                state.sleepers.removeAll { [now = state.now] in $0.until <= now }
            }
        }
    }

    @Test("An hour of waiting for the budget, before and after, is no part of the test's time nor of its latency")
    func waiting() async {
        let meter = WaitingMeter()
        let clock = HandClock()
        let provider = ScriptedProvider { call in
            clock.advance(by: .seconds(29))
            return GoodModel.respond(to: call)
        }
        let executor = TestExecutor(provider: provider, meter: meter, clock: clock)
        let run = Task { await executor.run(.sample("t1"), on: .sample, attempt: 1) }
        await meter.asked.wait()
        clock.advance(by: .seconds(3_600))
        meter.released.fire()
        await meter.settling.wait()
        clock.advance(by: .seconds(3_600))
        meter.settled.fire()
        let result = await run.value
        #expect(result.outcome == .pass)
        #expect(result.calls.map(\.latencyMs) == [600])
    }

    @Test("What the call itself takes too long for is a time-out, after however long a wait")
    func timeout() async {
        let meter = WaitingMeter()
        let clock = HandClock()
        let provider = ScriptedProvider { _ in
            clock.advance(by: .seconds(31))
            await Signal().wait()
            return .failure(.sample(.network))
        }
        meter.settled.fire()
        let executor = TestExecutor(provider: provider, meter: meter, clock: clock)
        let run = Task { await executor.run(.sample("t1"), on: .sample, attempt: 1) }
        await meter.asked.wait()
        clock.advance(by: .seconds(3_600))
        meter.released.fire()
        #expect(await run.value.error?.category == .timeout)
    }

    @Test("A call that waits is cancelled at once, and none is made")
    func cancellation() async {
        let meter = WaitingMeter()
        let provider = ScriptedProvider()
        let run = Task {
            await TestExecutor(provider: provider, meter: meter).run(.sample("t1"), on: .sample, attempt: 1)
        }
        await meter.asked.wait()
        run.cancel()
        #expect(await run.value.error?.category == .cancelled)
        #expect(provider.calls.isEmpty)
    }
}
