import Contracts
import Testing

@testable import Messaging

@Suite("The relay's decisions")
struct OutboxRelayStateMachineTests {
    private typealias Publication = OutboxRelayStateMachine.Publication

    private static func machine(
        batchSize: Int = 2, batchesInFlight: Int = 2, queueLimit: Int = 10
    ) -> OutboxRelayStateMachine {
        OutboxRelayStateMachine(
            configuration: OutboxRelayConfiguration(
                batchSize: batchSize, pollInterval: .milliseconds(500), claimDuration: .seconds(10),
                batchesInFlight: batchesInFlight, queueLimit: queueLimit, drainTimeout: .seconds(10)),
            random: LongestWaits())
    }

    private static func messages(_ count: Int) throws -> [OutgoingMessage] {
        try (0..<count).map { try .sample($0) }
    }

    private static func all(
        _ outcome: PublishOutcome, _ messages: [OutgoingMessage], age: Duration = .zero
    ) -> [Publication] {
        messages.map { Publication(id: $0.id, outcome: outcome, age: age) }
    }

    /// A machine whose first claim found nothing.
    private static func idle(batchesInFlight: Int = 2, queueLimit: Int = 10) -> OutboxRelayStateMachine {
        var machine = machine(batchesInFlight: batchesInFlight, queueLimit: queueLimit)
        _ = machine.started(at: .zero)
        _ = machine.claimed([], at: .zero)
        return machine
    }

    @Test("It claims at once, then whenever the poll interval has passed")
    func polling() {
        var machine = Self.machine()
        #expect(machine.started(at: .zero) == [.claim(limit: 2)])
        #expect(machine.claimed([], at: .milliseconds(3)) == [.wake(at: .milliseconds(503))])
        #expect(machine.timerFired(.milliseconds(503), at: .milliseconds(503)) == [.claim(limit: 2)])
        #expect(machine.claimed([], at: .milliseconds(505)) == [.wake(at: .milliseconds(1_005))])
    }

    @Test("A wake-up claims at once, and once more when it comes during a claim")
    func wakeUp() {
        var machine = Self.idle()
        #expect(machine.wokenUp(at: .milliseconds(10)) == [.claim(limit: 2)])
        #expect(machine.wokenUp(at: .milliseconds(11)) == [])
        #expect(machine.claimed([], at: .milliseconds(12)) == [.claim(limit: 2)])
        #expect(machine.claimed([], at: .milliseconds(13)) == [])
        #expect(machine.timerFired(.milliseconds(500), at: .milliseconds(500)) == [.wake(at: .milliseconds(513))])
    }

    @Test("A full claim is published while the next one is under way")
    func backlog() throws {
        var machine = Self.machine()
        let rows = try Self.messages(4)
        _ = machine.started(at: .zero)
        #expect(
            machine.claimed(Array(rows[..<2]), at: .milliseconds(5)) == [.publish(Array(rows[..<2])), .claim(limit: 2)])
        #expect(
            machine.claimed(Array(rows[2...]), at: .milliseconds(9)) == [.publish(Array(rows[2...])), .claim(limit: 2)])
        #expect(
            machine.published(Self.all(.confirmed, Array(rows[..<2])), at: .milliseconds(10))
                == [.delete(rows[..<2].map(\.id))])
    }

    @Test("No more batches are under way than allowed, and rows are not claimed to lie about")
    func windows() throws {
        var machine = Self.idle(batchesInFlight: 1)
        let rows = try Self.messages(4)
        #expect(machine.enqueued(rows, at: .zero) == [.publish(Array(rows[..<2]))])
        #expect(machine.wokenUp(at: .zero) == [])
        #expect(
            machine.published(Self.all(.confirmed, Array(rows[..<2])), at: .milliseconds(1))
                == [.publish(Array(rows[2...])), .claim(limit: 2), .delete(rows[..<2].map(\.id))])
    }

    @Test("A row that the poll finds although the fast path has it is published once")
    func noDoublePublish() throws {
        var machine = Self.idle()
        let rows = try Self.messages(1)
        #expect(machine.enqueued(rows, at: .zero) == [.publish(rows)])
        #expect(machine.wokenUp(at: .seconds(20)) == [.claim(limit: 2)])
        #expect(machine.claimed(rows, at: .seconds(20)) == [.wake(at: .milliseconds(20_500))])
    }

    @Test("The fast path drops what its queue cannot hold")
    func overflow() throws {
        var machine = Self.idle(batchesInFlight: 1, queueLimit: 3)
        let rows = try Self.messages(6)
        #expect(machine.enqueued(rows, at: .zero) == [.publish(Array(rows[..<2]))])
        #expect(
            machine.published(Self.all(.confirmed, Array(rows[..<2])), at: .zero)
                == [.publish([rows[2]]), .delete(rows[..<2].map(\.id))])
    }

    @Test("What waited until its claim ran out is left to the next claim")
    func staleRows() throws {
        var machine = Self.idle(batchesInFlight: 1)
        let rows = try Self.messages(3)
        _ = machine.enqueued(rows, at: .zero)
        let actions = machine.published(Self.all(.confirmed, Array(rows[..<2])), at: .seconds(9))
        #expect(!actions.contains(.publish([rows[2]])))
        #expect(actions.contains(.claim(limit: 2)))
        #expect(machine.claimed([rows[2]], at: .seconds(11)).contains(.publish([rows[2]])))
    }

    @Test("Each outcome has its consequence")
    func outcomes() throws {
        var machine = OutboxRelayStateMachine(
            configuration: OutboxRelayConfiguration(), random: LongestWaits())
        _ = machine.started(at: .zero)
        _ = machine.claimed([], at: .zero)
        let rows = try Self.messages(4)
        _ = machine.enqueued(rows, at: .zero)
        let actions = machine.published(
            [
                Publication(id: rows[0].id, outcome: .confirmed, age: .zero),
                Publication(id: rows[1].id, outcome: .returned(code: 312, text: "NO_ROUTE"), age: .seconds(3)),
                Publication(id: rows[2].id, outcome: .nacked, age: .seconds(500)),
                Publication(id: rows[3].id, outcome: .connectionLost, age: .seconds(500)),
            ], at: .milliseconds(1))
        #expect(
            actions == [
                .reportPublisherLost, .delete([rows[0].id]), .release([rows[3].id], after: .seconds(1)),
                .release([rows[1].id], after: .seconds(4)), .release([rows[2].id], after: .seconds(60)),
                .wake(at: .milliseconds(201)),
            ])
    }

    @Test(
        "A refused message rests as long again as it has waited", arguments: [(0, 1), (1, 1), (2, 2), (5, 8), (33, 60)])
    func growingDelay(age: Int, delay: Int) throws {
        var machine = Self.idle()
        let rows = try Self.messages(1)
        _ = machine.enqueued(rows, at: .zero)
        let actions = machine.published(Self.all(.nacked, rows, age: .seconds(age)), at: .zero)
        #expect(actions == [.release([rows[0].id], after: .seconds(delay))])
    }

    @Test("A lost broker pauses publishing and claiming, one batch tries it, then all go on")
    func lostBroker() throws {
        var machine = Self.idle(batchesInFlight: 2)
        let rows = try Self.messages(8)
        _ = machine.enqueued(Array(rows[..<2]), at: .zero)
        #expect(
            machine.published(Self.all(.connectionLost, Array(rows[..<2])), at: .milliseconds(1))
                == [
                    .reportPublisherLost, .release(rows[..<2].map(\.id), after: .seconds(1)),
                    .wake(at: .milliseconds(201)),
                ])
        #expect(machine.enqueued(Array(rows[2...]), at: .milliseconds(2)) == [])
        #expect(machine.wokenUp(at: .milliseconds(3)) == [])
        let trial = machine.timerFired(.milliseconds(201), at: .milliseconds(201))
        #expect(trial == [.publish(Array(rows[2..<4]))])
        let again = machine.published(Self.all(.connectionLost, Array(rows[2..<4])), at: .milliseconds(202))
        #expect(!again.contains(.reportPublisherLost))
        #expect(again.contains(.wake(at: .milliseconds(602))))
        #expect(
            machine.timerFired(.milliseconds(602), at: .milliseconds(602)) == [.publish(Array(rows[4..<6]))])
        let back = machine.published(Self.all(.confirmed, Array(rows[4..<6])), at: .milliseconds(603))
        #expect(back.first == .reportPublisherBack)
        #expect(back.contains(.publish(Array(rows[6...]))))
    }

    @Test("A lost database is reported once and tried again after a growing wait")
    func lostDatabase() {
        var machine = Self.machine()
        _ = machine.started(at: .zero)
        #expect(machine.claimFailed(at: .zero) == [.reportDatabaseLost, .wake(at: .milliseconds(200))])
        #expect(machine.wokenUp(at: .milliseconds(50)) == [])
        #expect(machine.timerFired(.milliseconds(200), at: .milliseconds(200)) == [.claim(limit: 2)])
        #expect(machine.claimFailed(at: .milliseconds(200)) == [.wake(at: .milliseconds(600))])
        #expect(machine.timerFired(.milliseconds(600), at: .milliseconds(600)) == [.claim(limit: 2)])
        #expect(machine.claimed([], at: .milliseconds(601)) == [.reportDatabaseBack, .wake(at: .milliseconds(1_101))])
    }

    @Test("A confirmed row whose deletion failed is deleted later and never published again")
    func failedDelete() throws {
        var machine = Self.idle()
        let rows = try Self.messages(1)
        let ids = rows.map(\.id)
        _ = machine.enqueued(rows, at: .zero)
        #expect(machine.published(Self.all(.confirmed, rows), at: .zero) == [.delete(ids)])
        #expect(machine.deleteFailed(ids, at: .zero) == [.reportDatabaseLost, .wake(at: .milliseconds(200))])
        let retry = machine.timerFired(.milliseconds(200), at: .milliseconds(200))
        #expect(retry.contains(.delete(ids)))
        #expect(machine.wokenUp(at: .milliseconds(200)).contains(.claim(limit: 2)))
        let claimed = machine.claimed(rows, at: .milliseconds(201))
        #expect(!claimed.contains(.publish(rows)))
        #expect(machine.deleted(ids, at: .milliseconds(202)) == [])
    }

    @Test("A row may come back once it was released")
    func releasedRows() throws {
        var machine = Self.idle()
        let rows = try Self.messages(1)
        _ = machine.enqueued(rows, at: .zero)
        _ = machine.published(Self.all(.nacked, rows), at: .zero)
        _ = machine.released(rows.map(\.id), at: .zero)
        #expect(machine.wokenUp(at: .seconds(1)) == [.claim(limit: 2)])
        #expect(machine.claimed(rows, at: .seconds(1)).first == .publish(rows))
    }

    @Test("A shutdown finishes what is under way, gives back the rest, deletes and ends")
    func shutdown() throws {
        var machine = Self.idle(batchesInFlight: 1)
        let rows = try Self.messages(3)
        _ = machine.enqueued(rows, at: .zero)
        #expect(
            machine.shutdownRequested(at: .seconds(1))
                == [.release([rows[2].id], after: .zero), .wake(at: .seconds(11))])
        #expect(machine.released([rows[2].id], at: .seconds(2)) == [])
        #expect(
            machine.published(Self.all(.confirmed, Array(rows[..<2])), at: .seconds(3))
                == [.delete(rows[..<2].map(\.id))])
        #expect(machine.deleted(rows[..<2].map(\.id), at: .seconds(4)) == [.finish])
        #expect(machine.wokenUp(at: .seconds(5)) == [])
    }

    @Test("A shutdown ends in time although the broker never answers")
    func boundedShutdown() throws {
        var machine = Self.idle()
        _ = machine.enqueued(try Self.messages(1), at: .zero)
        #expect(machine.shutdownRequested(at: .seconds(1)) == [.wake(at: .seconds(11))])
        #expect(machine.timerFired(.seconds(11), at: .seconds(11)) == [.finish])
    }

    @Test("Rows that a claim brings during the shutdown are given back")
    func claimDuringShutdown() throws {
        var machine = Self.machine()
        let rows = try Self.messages(1)
        _ = machine.started(at: .zero)
        #expect(machine.shutdownRequested(at: .zero) == [.wake(at: .seconds(10))])
        #expect(machine.claimed(rows, at: .seconds(1)) == [.release(rows.map(\.id), after: .zero)])
        #expect(machine.released(rows.map(\.id), at: .seconds(1)) == [.finish])
    }

    @Test("Timers that were superseded are ignored")
    func staleTimers() {
        var machine = Self.idle()
        #expect(machine.timerFired(.milliseconds(100), at: .milliseconds(600)) == [])
    }

    @Test("A message whose confirm was lost rests, is claimed again and published under the same id")
    func lostConfirm() throws {
        var machine = Self.idle()
        let rows = try Self.messages(1)
        let ids = rows.map(\.id)
        #expect(machine.enqueued(rows, at: .zero) == [.publish(rows)])
        let lost = machine.published(Self.all(.connectionLost, rows), at: .milliseconds(1))
        #expect(lost.contains(.release(ids, after: .seconds(1))))
        #expect(!lost.contains(.delete(ids)))
        _ = machine.released(ids, at: .milliseconds(2))
        #expect(machine.timerFired(.milliseconds(201), at: .seconds(2)).contains(.claim(limit: 2)))
        #expect(machine.claimed(rows, at: .seconds(2)).contains(.publish(rows)))
        let confirmed = machine.published(Self.all(.confirmed, rows), at: .seconds(3))
        #expect(confirmed.first == .reportPublisherBack)
        #expect(confirmed.contains(.delete(ids)))
    }

    @Test("A row whose release failed is published once more when its claim has run out, never before")
    func failedRelease() throws {
        var machine = Self.idle()
        let rows = try Self.messages(1)
        let ids = rows.map(\.id)
        _ = machine.enqueued(rows, at: .zero)
        #expect(machine.published(Self.all(.nacked, rows), at: .zero) == [.release(ids, after: .seconds(1))])
        #expect(machine.releaseFailed(ids, at: .zero) == [.reportDatabaseLost, .wake(at: .milliseconds(200))])
        #expect(machine.timerFired(.milliseconds(200), at: .milliseconds(200)) == [.wake(at: .milliseconds(500))])
        #expect(machine.timerFired(.milliseconds(500), at: .milliseconds(500)) == [.claim(limit: 2)])
        _ = machine.claimed([], at: .milliseconds(501))
        #expect(machine.timerFired(.milliseconds(1_001), at: .seconds(11)).contains(.claim(limit: 2)))
        #expect(machine.claimed(rows, at: .seconds(11)).contains(.publish(rows)))
    }

    @Test("A confirm that comes while the relay drains still deletes its row")
    func lateConfirm() throws {
        var machine = Self.idle()
        let rows = try Self.messages(1)
        let ids = rows.map(\.id)
        _ = machine.enqueued(rows, at: .zero)
        #expect(machine.shutdownRequested(at: .seconds(1)) == [.wake(at: .seconds(11))])
        #expect(machine.published(Self.all(.confirmed, rows), at: .seconds(10)) == [.delete(ids)])
        #expect(machine.deleted(ids, at: .seconds(10)) == [.finish])
        #expect(machine.published(Self.all(.confirmed, rows), at: .seconds(12)) == [])
    }

    @Test("A full queue's refusal leaves every row and deletes none, batch after batch")
    func refusals() throws {
        var machine = Self.idle(batchesInFlight: 1)
        let rows = try Self.messages(4)
        _ = machine.enqueued(rows, at: .zero)
        let first = machine.published(Self.all(.nacked, Array(rows[..<2])), at: .milliseconds(1))
        #expect(first.contains(.release(rows[..<2].map(\.id), after: .seconds(1))))
        let second = machine.published(Self.all(.nacked, Array(rows[2...])), at: .milliseconds(2))
        #expect(second.contains(.release(rows[2...].map(\.id), after: .seconds(1))))
        let deletes = (first + second).filter { if case .delete = $0 { true } else { false } }
        #expect(deletes.isEmpty)
    }

    @Test("A broker that blocks publishing holds what is under way; the rest waits and is then left to the next claim")
    func blocked() throws {
        var machine = Self.idle(batchesInFlight: 1, queueLimit: 4)
        let rows = try Self.messages(6)
        #expect(machine.enqueued(rows, at: .zero) == [.publish(Array(rows[..<2]))])
        // No outcome comes for as long as the alarm lasts.
        #expect(machine.wokenUp(at: .seconds(1)) == [])
        #expect(machine.wokenUp(at: .seconds(30)) == [])
        let unblocked = machine.published(Self.all(.confirmed, Array(rows[..<2])), at: .seconds(60))
        #expect(unblocked.contains(.delete(rows[..<2].map(\.id))))
        #expect(unblocked.contains(.claim(limit: 2)))
        // Another relay may have published them since.
        #expect(!unblocked.contains(.publish(Array(rows[2..<4]))))
        #expect(machine.claimed(Array(rows[2..<4]), at: .seconds(60)).contains(.publish(Array(rows[2..<4]))))
    }
}
