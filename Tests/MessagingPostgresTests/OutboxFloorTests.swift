import Foundation
import Testing

@testable import MessagingPostgres

@Suite("The outbox's floor")
struct OutboxFloorTests {
    private static let noon = Date(timeIntervalSince1970: 1_767_268_800)
    private let now = ContinuousClock.now
    private var floor = OutboxFloor()

    private mutating func measureSlowly(oldest: Date? = nil, took: Duration = .seconds(1)) {
        for _ in 0..<OutboxFloor.patience {
            floor.measuredAll(oldest: oldest, asked: Self.noon, took: took, at: now)
        }
    }

    @Test("While looking at everything is quick, searches begin at the beginning")
    mutating func quick() {
        #expect(floor.measurementStart(at: now) == nil)
        floor.measuredAll(oldest: Self.noon, asked: Self.noon, took: .milliseconds(50), at: now)
        #expect(floor.date == nil && floor.measurementStart(at: now) == nil)
    }

    @Test("One slow measurement, or one now and then, changes nothing")
    mutating func busyMachine() {
        for took in [100, 100, 1, 100, 100] {
            floor.measuredAll(oldest: nil, asked: Self.noon, took: .milliseconds(took), at: now)
            #expect(floor.date == nil && floor.measurementStart(at: now) == nil)
        }
    }

    @Test("Once it is slow again and again they begin at the oldest row")
    mutating func oldest() {
        let oldest = Self.noon.addingTimeInterval(-600)
        measureSlowly(oldest: oldest, took: .milliseconds(51))
        #expect(floor.date == oldest && floor.measurementStart(at: now) == oldest)
    }

    @Test(
        "They never begin later than transactions under way may write",
        arguments: [nil, 0, 3_600] as [TimeInterval?])
    mutating func margin(oldest: TimeInterval?) {
        measureSlowly(oldest: oldest.map { Self.noon.addingTimeInterval($0) })
        #expect(floor.date == Self.noon.addingTimeInterval(-OutboxFloor.margin))
    }

    @Test(
        "Everything is looked at again after ten seconds, or fifty times as long as that takes",
        arguments: [(Duration.milliseconds(100), Duration.seconds(10)), (.seconds(2), .seconds(100))])
    mutating func renewal(took: Duration, validity: Duration) {
        measureSlowly(took: took)
        #expect(floor.measurementStart(at: now + validity - .milliseconds(1)) == floor.date)
        #expect(floor.measurementStart(at: now + validity) == nil)
        // Claims go on with what is known until the new measurement has ended.
        #expect(floor.date != nil)
    }

    @Test("A row of our own that is older lowers the floor, a younger one leaves it")
    mutating func ownRows() {
        floor.wrote(due: Self.noon)
        #expect(floor.date == nil)
        measureSlowly()
        let before = floor.date
        floor.wrote(due: Self.noon)
        #expect(floor.date == before)
        floor.wrote(due: Self.noon.addingTimeInterval(-3_600))
        #expect(floor.date == Self.noon.addingTimeInterval(-3_600))
    }

    @Test("When looking at everything is quick again, the floor is gone")
    mutating func recovery() {
        measureSlowly()
        floor.measuredAll(oldest: nil, asked: Self.noon, took: .milliseconds(1), at: now + .seconds(50))
        #expect(floor == OutboxFloor())
    }
}
