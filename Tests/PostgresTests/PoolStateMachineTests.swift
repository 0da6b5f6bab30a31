import Testing

@testable import Postgres

@Suite("Pool state machine")
struct PoolStateMachineTests {
    private typealias Machine = PoolStateMachine<String>
    private let start = ContinuousClock.now
    private let alice = PoolWaiterID(number: 1)
    private let bob = PoolWaiterID(number: 2)
    private let carol = PoolWaiterID(number: 3)

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("Slots are lent as vacancies until the pool is full, then callers wait")
    func filling() {
        var machine = Machine(size: 2, waitLimit: .seconds(5))
        #expect(machine.acquire(alice, at: at(0)) == .lend(.vacancy))
        #expect(machine.acquire(bob, at: at(0)) == .lend(.vacancy))
        #expect(machine.acquire(carol, at: at(1)) == .wait)
        #expect(machine.nextDeadline == at(6))
    }

    @Test("A returned connection is lent again, the one used last first")
    func reuse() {
        var machine = Machine(size: 3, waitLimit: .seconds(5))
        _ = machine.acquire(alice, at: at(0))
        _ = machine.acquire(bob, at: at(0))
        #expect(machine.giveBack("first") == .nothing)
        #expect(machine.giveBack("second") == .nothing)
        #expect(machine.acquire(alice, at: at(1)) == .lend(.connection("second")))
        #expect(machine.acquire(bob, at: at(1)) == .lend(.connection("first")))
        #expect(machine.acquire(carol, at: at(1)) == .lend(.vacancy))
    }

    @Test("Waiters are served in order of arrival")
    func order() {
        var machine = Machine(size: 1, waitLimit: .seconds(5))
        _ = machine.acquire(alice, at: at(0))
        _ = machine.acquire(bob, at: at(0))
        _ = machine.acquire(carol, at: at(0))
        #expect(machine.giveBack("one") == .resume(bob, with: .connection("one")))
        #expect(machine.giveBack("one") == .resume(carol, with: .connection("one")))
        #expect(machine.giveBack("one") == .nothing)
    }

    @Test("A lost connection's slot goes to the first waiter as a vacancy")
    func loss() {
        var machine = Machine(size: 1, waitLimit: .seconds(5))
        _ = machine.acquire(alice, at: at(0))
        _ = machine.acquire(bob, at: at(0))
        #expect(machine.vacate() == .resume(bob, with: .vacancy))
        #expect(machine.vacate() == .nothing)
        #expect(machine.acquire(carol, at: at(1)) == .lend(.vacancy))
    }

    @Test("Only the waiters whose time is up are turned away")
    func expiry() {
        var machine = Machine(size: 1, waitLimit: .seconds(5))
        _ = machine.acquire(alice, at: at(0))
        _ = machine.acquire(bob, at: at(0))
        _ = machine.acquire(carol, at: at(2))
        #expect(machine.expire(at: at(4)) == [])
        #expect(machine.expire(at: at(5)) == [bob])
        #expect(machine.nextDeadline == at(7))
        #expect(machine.giveBack("one") == .resume(carol, with: .connection("one")))
        #expect(machine.nextDeadline == nil)
    }

    @Test("A waiter that leaves is skipped; one that was served cannot leave")
    func leaving() {
        var machine = Machine(size: 1, waitLimit: .seconds(5))
        _ = machine.acquire(alice, at: at(0))
        _ = machine.acquire(bob, at: at(0))
        _ = machine.acquire(carol, at: at(0))
        #expect(machine.abandon(bob) == true)
        #expect(machine.abandon(bob) == false)
        #expect(machine.giveBack("one") == .resume(carol, with: .connection("one")))
        #expect(machine.abandon(carol) == false)
    }

    @Test("A closed pool lends nothing, turns everyone away and closes what comes back")
    func closing() {
        var machine = Machine(size: 2, waitLimit: .seconds(5))
        _ = machine.acquire(alice, at: at(0))
        _ = machine.acquire(bob, at: at(0))
        #expect(machine.giveBack("idle") == .nothing)
        _ = machine.acquire(bob, at: at(0))
        #expect(machine.giveBack("idle") == .nothing)
        let closed = machine.close()
        #expect(closed.connections == ["idle"])
        #expect(closed.waiters == [])
        #expect(machine.acquire(carol, at: at(1)) == .refuseClosed)
        #expect(machine.giveBack("late") == .close("late"))
    }

    @Test("Closing turns waiters away")
    func closingWaiters() {
        var machine = Machine(size: 1, waitLimit: .seconds(5))
        _ = machine.acquire(alice, at: at(0))
        _ = machine.acquire(bob, at: at(0))
        #expect(machine.close().waiters == [bob])
        #expect(machine.giveBack("late") == .close("late"))
    }
}
