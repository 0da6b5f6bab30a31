import Testing

@testable import Messaging

@Suite("The consumer's pauses")
struct ConsumerPauseTests {
    private var machine = ConsumerStateMachine(random: LongestWaits())

    @Test("A closed gate cancels the subscription; an open one is followed by another at once")
    mutating func pauseWhileConsuming() {
        #expect(machine.started() == .subscribe)
        #expect(machine.subscribed(at: .zero) == .consume)
        #expect(machine.paused() == .cancelSubscription)
        #expect(!machine.isConsuming)
        #expect(machine.deliveriesEnded(at: .seconds(1)) == .awaitResumption)
        let resumes = machine.resumed()
        #expect(resumes)
        #expect(!machine.isConsuming)
        #expect(machine.resumptionAwaited() == .subscribe)
        #expect(machine.subscribed(at: .seconds(9)) == .consume)
        #expect(machine.isConsuming)
    }

    @Test("A gate that closes while the consumer subscribes gives the subscription back")
    mutating func pauseWhileConnecting() {
        #expect(machine.started() == .subscribe)
        #expect(machine.paused() == nil)
        #expect(machine.subscribed(at: .zero) == .giveBackSubscription)
        #expect(machine.subscriptionGivenBack() == .awaitResumption)
    }

    @Test("A gate that closes while a refused consumer waits, or as it is refused, is awaited")
    mutating func pauseBetweenTries() {
        #expect(machine.started() == .subscribe)
        #expect(machine.subscribeFailed() == .wait(.milliseconds(100)))
        #expect(machine.paused() == nil)
        #expect(machine.waited() == .awaitResumption)
        #expect(machine.subscribeFailed() == .awaitResumption)
    }

    @Test("A gate that closes before the consumer starts is awaited")
    mutating func pauseBeforeStart() {
        #expect(machine.paused() == nil)
        #expect(machine.started() == .awaitResumption)
        #expect(machine.resumed() == true)
        #expect(machine.resumptionAwaited() == .subscribe)
    }

    @Test("A gate that opens before the pause has ended the subscription is followed by another at once")
    mutating func resumeWhileLeaving() {
        #expect(machine.started() == .subscribe)
        #expect(machine.subscribed(at: .zero) == .consume)
        #expect(machine.paused() == .cancelSubscription)
        #expect(machine.resumed() == true)
        #expect(machine.paused() == nil)
        #expect(machine.resumed() == true)
        #expect(!machine.isConsuming)
        #expect(machine.deliveriesEnded(at: .milliseconds(5)) == .subscribe)
    }

    @Test("A gate that opens while the pause gives a late subscription back is followed by another")
    mutating func resumeWhileGivingBack() {
        #expect(machine.started() == .subscribe)
        #expect(machine.paused() == nil)
        #expect(machine.subscribed(at: .zero) == .giveBackSubscription)
        #expect(machine.resumed() == true)
        #expect(machine.subscriptionGivenBack() == .subscribe)
    }

    @Test("Closing twice and opening an open gate change nothing")
    mutating func repetitions() {
        #expect(machine.started() == .subscribe)
        #expect(machine.subscribed(at: .zero) == .consume)
        #expect(machine.resumed() == false)
        #expect(machine.isConsuming)
        #expect(machine.paused() == .cancelSubscription)
        #expect(machine.paused() == nil)
        #expect(machine.deliveriesEnded(at: .zero) == .awaitResumption)
        #expect(machine.resumptionAwaited() == .awaitResumption)
    }

    @Test("A shutdown during a pause ends the consumer")
    mutating func shutdownWhilePaused() {
        #expect(machine.started() == .subscribe)
        #expect(machine.subscribed(at: .zero) == .consume)
        #expect(machine.paused() == .cancelSubscription)
        #expect(machine.shutdownRequested() == nil)
        #expect(machine.deliveriesEnded(at: .seconds(1)) == .finish)
        #expect(machine.resumptionAwaited() == .finish)
    }

    @Test("A gate that closes or opens during a drain changes nothing")
    mutating func pauseWhileDraining() {
        #expect(machine.started() == .subscribe)
        #expect(machine.subscribed(at: .zero) == .consume)
        #expect(machine.shutdownRequested() == .cancelSubscription)
        #expect(machine.paused() == nil)
        #expect(!machine.isPausing)
        #expect(machine.resumed() == false)
        #expect(machine.deliveriesEnded(at: .seconds(1)) == .finish)
    }
}
