import Testing

@testable import CertificationProcessor

@Suite("The life of a lease")
struct LeaseStateMachineTests {
    private let start = ContinuousClock.now
    private var machine: LeaseStateMachine

    init() {
        machine = LeaseStateMachine(grantedUntil: start + .seconds(10))
    }

    private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("A lease is watched until its end, renewed or not, and runs out once")
    mutating func expires() {
        #expect(machine.timePassed(at: at(0)) == .watch(until: at(10)))
        machine.renewed(until: at(12))
        #expect(machine.timePassed(at: at(10)) == .watch(until: at(12)))
        #expect(machine.isValid(at: at(11.9)) && !machine.isValid(at: at(12)))
        #expect(machine.timePassed(at: at(12)) == .stop(.leaseExpired))
        #expect(machine.timePassed(at: at(13)) == nil)
        #expect(!machine.isRenewable)
    }

    @Test("An answer that was asked for earlier never shortens the lease")
    mutating func lateAnswer() {
        machine.renewed(until: at(14))
        machine.renewed(until: at(12))
        #expect(machine.timePassed(at: at(12)) == .watch(until: at(14)))
    }

    @Test("Failed renewals are borne until the lease has run out")
    mutating func renewalsFail() {
        for second in [2.0, 4, 6, 8] { #expect(machine.renewalFailed(at: at(second)) == nil) }
        #expect(machine.isRenewable)
        #expect(machine.renewalFailed(at: at(10)) == .stop(.leaseExpired))
        #expect(machine.timePassed(at: at(10)) == nil)
    }

    @Test("A renewal after several that failed keeps the attempt going")
    mutating func recovers() {
        #expect(machine.renewalFailed(at: at(8)) == nil)
        machine.renewed(until: at(19))
        #expect(machine.timePassed(at: at(10)) == .watch(until: at(19)))
    }

    @Test("A lease that is lost is over at once, whatever comes later")
    mutating func lost() {
        #expect(machine.lost() == .stop(.leaseLost))
        #expect(!machine.isValid(at: at(1)) && !machine.isRenewable)
        machine.renewed(until: at(20))
        #expect(!machine.isValid(at: at(1)))
        #expect(machine.lost() == nil && machine.jobCancelled() == nil)
        #expect(machine.timePassed(at: at(1)) == nil && machine.renewalFailed(at: at(30)) == nil)
    }

    @Test("A cancelled job stops the attempt once, and leaves it the lease to write its end")
    mutating func cancelled() {
        #expect(machine.jobCancelled() == .stop(.jobCancelled))
        #expect(machine.jobCancelled() == nil)
        #expect(machine.isValid(at: at(9)) && machine.isRenewable)
        machine.renewed(until: at(15))
        #expect(machine.isValid(at: at(14)))
        #expect(machine.timePassed(at: at(15)) == .stop(.leaseExpired))
    }

    @Test("A cancelled attempt that loses its lease may write nothing")
    mutating func cancelledAndLost() {
        _ = machine.jobCancelled()
        #expect(machine.lost() == .stop(.leaseLost))
        #expect(!machine.isValid(at: at(1)))
    }

    @Test("After the work's end nothing concerns the lease")
    mutating func ended() {
        machine.workEnded()
        machine.renewed(until: at(20))
        #expect(!machine.isRenewable && !machine.isValid(at: at(1)))
        #expect(machine.timePassed(at: at(30)) == nil && machine.lost() == nil && machine.jobCancelled() == nil)
    }
}

@Suite("How leases are timed")
struct LeaseTimingTests {
    private let timing = LeaseTiming()

    @Test("A dead worker's certification is claimed again within 15 seconds, with time for the broker")
    func takeover() {
        // What is left of the lease, the jitter of the request that waits for it, and the outbox's poll.
        let worst = timing.duration + .milliseconds(250) + .milliseconds(500)
        #expect(worst <= .seconds(11))
    }

    @Test("Several renewals may fail, one after another, before a lease runs out")
    func failures() {
        // The fourth is sent when three have failed, and has as long as one interval for its answer.
        #expect(timing.renewalInterval * 5 <= timing.duration)
        // No more than two connections are held by renewals that hang.
        #expect(timing.renewalLimit < timing.renewalInterval * 2)
    }
}
