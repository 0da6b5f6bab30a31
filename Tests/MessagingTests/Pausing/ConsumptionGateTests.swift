import Messaging
import MessagingTesting
import MetricsTestKit
import ServiceLifecycle
import Testing

@Suite("The consumption gate")
struct ConsumptionGateTests {
    private let gate = ConsumptionGate()

    @Test("It tells each observer its state and every change once")
    func states() async {
        var first = gate.states().makeAsyncIterator()
        #expect(await first.next() == .open)
        gate.close(because: "dusk")
        #expect(await first.next() == .closed(because: "dusk"))
        var second = gate.states().makeAsyncIterator()
        #expect(await second.next() == .closed(because: "dusk"))
        gate.close(because: "dusk")
        gate.open()
        #expect(await first.next() == .open)
        #expect(await second.next() == .open)
        #expect(gate.closureReason == nil)
    }

    @Test("Staying ends when it closes, opening ends the wait for that", .timeLimit(.minutes(1)))
    func waiting() async {
        let gate = gate
        async let stay: Void = gate.stayOpen(atMost: .seconds(3_600))
        gate.close(because: "dusk")
        await stay
        async let wait: Void = gate.waitUntilOpen()
        gate.open()
        await wait
        await gate.stayOpen(atMost: .milliseconds(1))
    }

    @Test("What gives no answer in time is left behind", .timeLimit(.minutes(1)))
    func timeLimit() async throws {
        let time = Timebase(ContinuousClock())
        #expect(try await time.limit(.seconds(60)) { 7 } == 7)
        await #expect(throws: NoAnswerInTime.self) {
            try await time.limit(.milliseconds(5)) {
                // Heeds no cancellation, as a call into a frozen connection.
                await withCheckedContinuation { Self.forgotten.append($0) }
            }
        }
        for continuation in Self.forgotten.entries { continuation.resume() }
    }

    private static let forgotten = Journal<CheckedContinuation<Void, Never>>()
}
