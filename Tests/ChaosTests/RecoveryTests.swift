import Testing

@testable import Chaos

@Suite("Judging recoveries")
struct RecoveryTests {
    private let start = ContinuousClock.now

    private func outcome(
        _ number: Int, _ kind: FaultKind, from: Double, to: Double, result: FaultOutcome.Result = .recovered
    ) -> FaultOutcome {
        let fault = Fault(
            number: number, kind: kind, at: .seconds(from), pick: 0, pause: .zero, hold: .zero, endsWithCut: false)
        return FaultOutcome(
            fault: fault, subject: "x", began: start + .seconds(from), ended: start + .seconds(to),
            measuredFrom: start + .seconds(from), recovered: start + .seconds(to), result: result)
    }

    @Test("A recovery longer than the limit is not held, and one within it is")
    func limit() {
        let judged = [outcome(1, .processorKilled, from: 0, to: 14.9), outcome(2, .brokerKilled, from: 20, to: 22.1)]
            .judged(relaxation: 1)
        #expect(judged.map(\.isHeld) == [true, false])
        #expect(judged.map(\.isOverlapped) == [false, false])
    }

    @Test("The time in which another fault was in force is not counted, and overlapping others count once")
    func overlap() {
        let judged = [
            outcome(1, .processorKilled, from: 0, to: 20), outcome(2, .databaseKilled, from: 2, to: 10),
            outcome(3, .brokerKilled, from: 8, to: 12), outcome(4, .brokerCut, from: 13, to: 14, result: .skipped("")),
        ].judged(relaxation: 1)
        #expect(abs((judged.first?.own ?? 0) - 10) < 0.001)
        #expect(judged.first?.isOverlapped == true)
        #expect(judged.count == 3)
    }

    @Test("A fault that the recovery does not depend on takes nothing off it")
    func independent() {
        var other = outcome(2, .notifierKilled, from: 0, to: 30)
        other.subject = "notifier-1"
        let judged = [outcome(1, .processorKilled, from: 0, to: 20), other].judged(relaxation: 1)
        #expect(judged.first?.isHeld == false)
    }

    @Test("Limits are multiplied for a busy machine")
    func relaxed() {
        let judged = [outcome(1, .brokerKilled, from: 0, to: 5)].judged(relaxation: 3)
        #expect(judged.first?.isHeld == true)
    }
}
