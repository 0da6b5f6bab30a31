import Testing

@testable import Messaging

@Suite("The consumer's probes")
struct ConsumerProbeTests {
    private var machine = ConsumerStateMachine(random: LongestWaits())

    /// A probe that is answered at once.
    private mutating func probe(
        _ queue: QueueState, at second: Int, hasFreeSlot: Bool = true, lastDelivery: Int? = nil
    ) -> ConsumerStateMachine.Finding? {
        machine.probed(
            ConsumerStateMachine.Observation(
                askedAt: .seconds(second), queue: queue, hasFreeSlot: hasFreeSlot,
                lastDelivery: lastDelivery.map { .seconds($0) }),
            at: .seconds(second))
    }

    private mutating func consume(since second: Int = 0) {
        #expect(machine.started() == .subscribe)
        #expect(machine.subscribed(at: .seconds(second)) == .consume)
    }

    @Test("A consumer that the broker does not count subscribes again at once, and is not ready meanwhile")
    mutating func forgotten() {
        consume()
        #expect(probe(.present(ready: 0, consumers: 0), at: 5) == .forgotten)
        #expect(!machine.isConsuming)
        #expect(machine.deliveriesEnded(at: .seconds(5)) == .subscribe)
        #expect(!machine.isConsuming)
        #expect(machine.subscribed(at: .seconds(5)) == .consume)
        #expect(machine.isConsuming)
    }

    @Test("A consumer that gets nothing of what waits subscribes again after two probes and ten seconds")
    mutating func stalled() {
        consume()
        #expect(probe(.present(ready: 3, consumers: 2), at: 5) == nil)
        #expect(probe(.present(ready: 3, consumers: 2), at: 9) == nil)
        #expect(probe(.present(ready: 3, consumers: 2), at: 10) == .stalled)
        #expect(!machine.isConsuming)
        #expect(machine.deliveriesEnded(at: .seconds(11)) == .subscribe)
    }

    @Test("One probe alone does not condemn a consumer that was silent before")
    mutating func silentBefore() {
        consume()
        #expect(probe(.present(ready: 0, consumers: 1), at: 35) == nil)
        #expect(probe(.present(ready: 1, consumers: 1), at: 40) == nil)
        #expect(probe(.present(ready: 0, consumers: 1), at: 45, lastDelivery: 41) == nil)
        #expect(machine.isConsuming)
    }

    @Test("Messages that wait while every slot is taken, or while deliveries come, are no sign of a ghost")
    mutating func busy() {
        consume()
        for second in stride(from: 5, to: 300, by: 5) {
            #expect(probe(.present(ready: 900, consumers: 1), at: second, hasFreeSlot: false, lastDelivery: 1) == nil)
        }
        for second in stride(from: 300, to: 600, by: 5) {
            #expect(probe(.present(ready: 900, consumers: 1), at: second, lastDelivery: second - 2) == nil)
        }
        #expect(machine.isConsuming)
    }

    @Test("A missing queue is as the subscription's end")
    mutating func missing() {
        consume()
        #expect(probe(.missing, at: 5) == .queueMissing)
        #expect(!machine.isConsuming)
        #expect(machine.deliveriesEnded(at: .seconds(5)) == .wait(.milliseconds(100)))
        #expect(machine.waited() == .subscribe)
        #expect(machine.subscribeFailed() == .wait(.milliseconds(200)))
    }

    @Test("A consumer that has got nothing for a minute subscribes anew, and stays ready if that works")
    mutating func silent() {
        consume()
        for second in stride(from: 5, to: 60, by: 5) {
            #expect(probe(.present(ready: 0, consumers: 1), at: second) == nil)
        }
        #expect(probe(.present(ready: 0, consumers: 1), at: 60) == .silent)
        #expect(machine.isConsuming)
        #expect(machine.deliveriesEnded(at: .seconds(60)) == .subscribe)
        #expect(machine.isConsuming)
        #expect(machine.subscribed(at: .seconds(61)) == .consume)
        #expect(probe(.present(ready: 0, consumers: 1), at: 65) == nil)
    }

    @Test("A consumer that cannot subscribe anew is not ready")
    mutating func refreshFails() {
        consume()
        #expect(probe(.present(ready: 0, consumers: 1), at: 60) == .silent)
        #expect(machine.deliveriesEnded(at: .seconds(60)) == .subscribe)
        #expect(machine.subscribeFailed() == .wait(.milliseconds(100)))
        #expect(!machine.isConsuming)
    }

    @Test("An answer to a question from before the subscription says nothing about it")
    mutating func lateAnswer() {
        consume(since: 6)
        let seen = ConsumerStateMachine.Observation(
            askedAt: .seconds(5), queue: .present(ready: 0, consumers: 0), hasFreeSlot: true, lastDelivery: nil)
        #expect(machine.probed(seen, at: .seconds(7)) == nil)
        #expect(machine.isConsuming)
    }

    @Test("Suspicion ends with the subscription")
    mutating func freshSuspicion() {
        consume()
        #expect(probe(.present(ready: 3, consumers: 1), at: 5) == nil)
        #expect(machine.deliveriesEnded(at: .seconds(6)) == .wait(.milliseconds(100)))
        #expect(machine.waited() == .subscribe)
        #expect(machine.subscribed(at: .seconds(7)) == .consume)
        #expect(probe(.present(ready: 3, consumers: 1), at: 17) == nil)
        #expect(probe(.present(ready: 3, consumers: 1), at: 22) == .stalled)
    }

    @Test("Whoever leaves already, or does not consume, is not probed")
    mutating func notConsuming() {
        #expect(probe(.present(ready: 0, consumers: 0), at: 1) == nil)
        consume(since: 2)
        #expect(machine.paused() == .cancelSubscription)
        #expect(probe(.present(ready: 9, consumers: 0), at: 5) == nil)
        #expect(machine.shutdownRequested() == nil)
        #expect(probe(.missing, at: 9) == nil)
        #expect(machine.deliveriesEnded(at: .seconds(9)) == .finish)
    }

    @Test("A shutdown or a pause while a ghost is given up ends or pauses the consumer")
    mutating func interrupted() {
        consume()
        #expect(probe(.present(ready: 0, consumers: 0), at: 5) == .forgotten)
        #expect(machine.paused() == nil)
        #expect(machine.deliveriesEnded(at: .seconds(5)) == .awaitResumption)
        #expect(machine.resumed() == true)
        #expect(machine.resumptionAwaited() == .subscribe)
        #expect(machine.subscribed(at: .seconds(6)) == .consume)
        #expect(probe(.present(ready: 0, consumers: 0), at: 9) == .forgotten)
        #expect(machine.shutdownRequested() == nil)
        #expect(machine.deliveriesEnded(at: .seconds(9)) == .finish)
    }
}
