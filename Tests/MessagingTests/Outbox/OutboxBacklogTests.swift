import Testing

@testable import Messaging

@Suite("The outbox's backlog between two measurements")
struct OutboxBacklogTests {
    private var backlog = OutboxBacklog()

    private func lag(_ due: Int) -> OutboxLag { OutboxLag(due: due, waiting: 7, oldestDueAge: .seconds(1)) }

    @Test("It is unknown until it is measured, and while it cannot be")
    mutating func unknown() {
        backlog.write(5)
        #expect(backlog.rows == nil)
        backlog.startMeasuring()
        backlog.measured(lag(3))
        #expect(backlog.rows == 3)
        backlog.startMeasuring()
        backlog.failedToMeasure()
        #expect(backlog.rows == nil && backlog.lag == nil)
    }

    @Test("What was written since counts, what was published since does not")
    mutating func since() {
        backlog.write(100)
        backlog.startMeasuring()
        backlog.measured(lag(10))
        backlog.write(5)
        #expect(backlog.rows == 15)
        backlog.publish(3)
        #expect(backlog.rows == 12)
    }

    @Test("Publishing what was measured never makes room that was not seen")
    mutating func published() {
        backlog.startMeasuring()
        backlog.measured(lag(10))
        backlog.publish(8)
        #expect(backlog.rows == 10)
        backlog.write(8)
        #expect(backlog.rows == 10)
        backlog.write(1)
        #expect(backlog.rows == 11)
    }

    @Test("What was written while it was measured counts, because the measurement may not have seen it")
    mutating func meanwhile() {
        backlog.startMeasuring()
        backlog.write(4)
        backlog.measured(lag(10))
        #expect(backlog.rows == 14)
        backlog.startMeasuring()
        backlog.measured(lag(14))
        #expect(backlog.rows == 14)
    }
}
