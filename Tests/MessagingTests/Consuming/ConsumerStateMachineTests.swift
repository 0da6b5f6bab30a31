import Testing

@testable import Messaging

@Suite("The consumer's subscription")
struct ConsumerStateMachineTests {
    private var machine = ConsumerStateMachine(random: LongestWaits())

    @Test("Refused subscriptions are tried again after a growing wait of at most one second")
    mutating func refused() {
        #expect(machine.started() == .subscribe)
        for milliseconds in [100, 200, 400, 800, 1_000, 1_000] {
            #expect(machine.subscribeFailed() == .wait(.milliseconds(milliseconds)))
            #expect(!machine.isConsuming)
            #expect(machine.waited() == .subscribe)
        }
        #expect(machine.subscribed(at: .seconds(10)) == .consume)
        #expect(machine.isConsuming)
    }

    @Test("A subscription that ends is followed by another, soon when it had lasted")
    mutating func ended() {
        #expect(machine.started() == .subscribe)
        #expect(machine.subscribed(at: .zero) == .consume)
        #expect(machine.deliveriesEnded(at: .seconds(60)) == .wait(.milliseconds(100)))
        #expect(!machine.isConsuming)
        #expect(machine.waited() == .subscribe)
        #expect(machine.subscribed(at: .seconds(61)) == .consume)
        #expect(machine.deliveriesEnded(at: .seconds(200)) == .wait(.milliseconds(100)))
    }

    @Test("Subscriptions that end at once do not spin")
    mutating func shortLived() {
        #expect(machine.started() == .subscribe)
        for (second, milliseconds) in [100, 200, 400, 800].enumerated() {
            #expect(machine.subscribed(at: .seconds(second)) == .consume)
            #expect(machine.deliveriesEnded(at: .seconds(second)) == .wait(.milliseconds(milliseconds)))
            #expect(machine.waited() == .subscribe)
        }
    }

    @Test("A shutdown while consuming cancels the subscription and ends with it")
    mutating func drain() {
        #expect(machine.started() == .subscribe)
        #expect(machine.subscribed(at: .zero) == .consume)
        #expect(machine.shutdownRequested() == .cancelSubscription)
        #expect(!machine.isConsuming)
        #expect(machine.deliveriesEnded(at: .seconds(1)) == .finish)
    }

    @Test("A shutdown while subscribing closes the subscription that comes too late")
    mutating func lateSubscription() {
        #expect(machine.started() == .subscribe)
        #expect(machine.shutdownRequested() == nil)
        #expect(machine.subscribed(at: .zero) == .giveBackSubscription)
        #expect(machine.subscriptionGivenBack() == .finish)
    }

    @Test("A shutdown between two tries ends the consumer")
    mutating func shutdownWhileWaiting() {
        #expect(machine.started() == .subscribe)
        #expect(machine.subscribeFailed() == .wait(.milliseconds(100)))
        #expect(machine.shutdownRequested() == nil)
        #expect(machine.waited() == .finish)
        #expect(machine.subscribeFailed() == .finish)
    }
}
